package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/**
 * The libraries that a release carries are those whose sums are in the repository. Maven from 3.9
 * on also checks whatever else the build uses, before it is used: {@code .mvn/maven.config}.
 */
class PinnedLibrariesIT {
  private static final Path DIST = Script.AGENT.resolve("target/dist");
  private static final Path SUMS = Script.REPOSITORY.resolve(".mvn/checksums/checksums.sha256");
  private final List<String> pinned = Files.readAllLines(SUMS);

  PinnedLibrariesIT() throws IOException {}

  @Test
  void eachLibraryIsTheOneThatIsPinned() throws Exception {
    List<String> differing = new ArrayList<>();
    for (String part : List.of("lib", "demo")) {
      try (Stream<Path> jars = Files.list(DIST.resolve(part))) {
        for (Path jar : jars.sorted().toList()) {
          String name = jar.getFileName().toString();
          if (!name.startsWith("kextwatch-") && !isPinned(name, sum(jar))) {
            differing.add(name);
          }
        }
      }
    }
    assertEquals(List.of(), differing, "not as in " + SUMS);
  }

  /** Two sums for one file would let either pass. */
  @Test
  void eachLineIsASumAndAFileOfItsOwn() {
    Set<String> files = new TreeSet<>();
    for (String line : pinned) {
      assertTrue(line.matches("[0-9a-f]{64}  [\\w.+/-]+\\.(jar|pom)"), line);
      assertTrue(files.add(line.substring(66)), line);
    }
    assertTrue(files.stream().noneMatch(file -> file.startsWith("org/kextwatch/")));
  }

  private boolean isPinned(String name, String sum) {
    return pinned.stream().anyMatch(line -> line.startsWith(sum) && line.endsWith("/" + name));
  }

  private static String sum(Path jar) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
    return HexFormat.of().formatHex(digest);
  }
}
