package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/**
 * What the build takes from others is what the sums in the repository say. Maven from 3.9 on checks
 * it before it is used ({@code .mvn/maven.config}), an older one does not: it is checked here.
 */
class PinnedLibrariesIT {
  private static final Path DIST = Script.AGENT.resolve("target/dist");
  private static final Path SUMS = Script.REPOSITORY.resolve(".mvn/checksums/checksums.sha256");
  private static final List<String> CLASS_PATH =
      List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));

  /** In a POM of ours. */
  private static final Pattern PROPERTY = Pattern.compile("<([\\w.-]+\\.version)>([^<]+)</\\1>");

  private static final Pattern COORDINATES =
      Pattern.compile(
          "(?:<groupId>([^<]+)</groupId>\\s*)?<artifactId>([^<]+)</artifactId>\\s*"
              + "<version>([^<]+)</version>");

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

  /** Libraries of the tests and plugins too, as far as they are on this machine. */
  @Test
  void whateverTheBuildHasFetchedIsWhatIsPinned() throws Exception {
    Path repository = repository();
    List<String> differing = new ArrayList<>();
    int found = 0;
    for (String line : pinned) {
      Path file = repository.resolve(line.substring(66));
      if (Files.exists(file)) {
        found++;
        if (!line.startsWith(sum(file))) {
          differing.add(file.toString());
        }
      }
    }
    assertEquals(List.of(), differing, "not as in " + SUMS);
    assertTrue(found > 300, found + " files of " + pinned.size()); // of most there is a POM alone
  }

  @Test
  void noLibraryOfTheTestsIsWithoutASum() {
    Path repository = repository();
    List<String> without = new ArrayList<>();
    for (String entry : CLASS_PATH) {
      Path jar = Path.of(entry);
      if (jar.startsWith(repository)) {
        String name = repository.relativize(jar).toString();
        if (!name.startsWith("org/kextwatch/")
            && pinned.stream().noneMatch(line -> line.endsWith("  " + name))) {
          without.add(name);
        }
      }
    }
    assertEquals(List.of(), without, "not in " + SUMS);
  }

  /** A plugin or a library that is named with its version, in whichever profile. */
  @Test
  void nothingThatThePomsNameIsWithoutASum() throws IOException {
    Map<String, String> properties = new HashMap<>();
    List<String> poms = new ArrayList<>();
    for (String pom : List.of("pom.xml", "agent/pom.xml", "agent/demo/pom.xml")) {
      poms.add(Files.readString(Script.REPOSITORY.resolve(pom)));
    }
    PROPERTY
        .matcher(String.join("", poms))
        .results()
        .forEach(one -> properties.put("${" + one.group(1) + "}", one.group(2)));
    List<String> without = new ArrayList<>();
    int named = 0;
    for (String pom : poms) {
      Matcher matcher = COORDINATES.matcher(pom);
      while (matcher.find()) {
        String group =
            matcher.group(1) == null ? "org.apache.maven.plugins" : matcher.group(1).strip();
        String version = properties.getOrDefault(matcher.group(3), matcher.group(3));
        if (!group.equals("org.kextwatch")) {
          named++;
          String folder = group.replace('.', '/') + "/" + matcher.group(2) + "/" + version + "/";
          if (pinned.stream().noneMatch(line -> line.startsWith(folder, 66))) {
            without.add(folder);
          }
        }
      }
    }
    assertEquals(List.of(), without, "not in " + SUMS);
    assertTrue(named > 20, named + " are named");
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

  /** Maven's, which a library of the tests comes from. */
  private static Path repository() {
    String jar = "/com/squareup/okhttp3/okhttp-jvm/";
    String entry = CLASS_PATH.stream().filter(one -> one.contains(jar)).findFirst().orElseThrow();
    return Path.of(entry.substring(0, entry.indexOf(jar)));
  }

  private boolean isPinned(String name, String sum) {
    return pinned.stream().anyMatch(line -> line.startsWith(sum) && line.endsWith("/" + name));
  }

  private static String sum(Path jar) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
    return HexFormat.of().formatHex(digest);
  }
}
