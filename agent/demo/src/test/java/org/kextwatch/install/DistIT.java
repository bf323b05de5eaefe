package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.HouseSize;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What "mvn package" has laid out, run by this very Java. */
class DistIT {
  private static final Path DIST = Script.AGENT.resolve("target/dist");
  private static final Map<String, String> JAVA =
      Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", "/usr/bin:/bin");

  @Test
  void itRunsWithItsFlagsAndTellsItsVersion() throws Exception {
    try (JarFile jar = new JarFile(agentJar().toFile())) {
      Manifest manifest = jar.getManifest();
      String version = manifest.getMainAttributes().getValue("Implementation-Version");
      Path launcher = DIST.resolve("bin/kextwatch");
      Ended ended = Script.run(Path.of("/"), JAVA, launcher.toString(), "version");
      assertEquals("", ended.err());
      assertEquals(0, ended.exit());
      assertTrue(ended.out().contains(version), ended::out);
      assertEquals(
          "org.kextwatch.agent.cli.Main", manifest.getMainAttributes().getValue("Main-Class"));
    }
  }

  @Test
  void theFlagsOfTheDemoAreTakenToo() throws Exception {
    Path launcher = DIST.resolve("bin/kextwatch");
    Ended ended = Script.run(Path.of("/"), JAVA, launcher.toString(), "demo", "--help");
    assertEquals("", ended.err());
  }

  @Test
  void itBringsWhatItNeedsAndNoMore() throws IOException {
    List<String> names = jars().map(jar -> withoutVersion(jar.getFileName().toString())).toList();
    assertEquals(
        List.of(
            "dd-plist",
            "jspecify",
            "kextwatch-agent",
            "kotlin-stdlib",
            "moshi",
            "okhttp-jvm",
            "okio-jvm",
            "picocli",
            "tinylog-api",
            "tinylog-impl"),
        names);
  }

  /** Compared with what {@code house-size.tsv} allows. */
  @Test
  void itIsNoLargerThanAllowed() throws IOException {
    long bytes = 0;
    for (String part : List.of("bin", "lib", "share")) {
      for (Path file : HouseSize.files(DIST.resolve(part), "")) {
        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    }
    long kilobytes = bytes / 1_000;
    assertTrue(kilobytes <= HouseSize.inForce().kilobytes(), kilobytes + " kB");
  }

  /** The demo is beside what is installed, and brings the commands of its own. */
  @Test
  void theDemoIsBesideWhatIsInstalled() throws IOException {
    try (Stream<Path> jars = Files.list(DIST.resolve("demo"))) {
      assertEquals(
          List.of("kextwatch-demo", "kextwatch-simulator", "okhttp-tls"),
          jars.map(jar -> withoutVersion(jar.getFileName().toString())).sorted().toList());
    }
  }

  /** What an admin runs can be run, and nothing else: whatever the modes of the clone were. */
  @Test
  void inTheArchiveWhatIsRunIsExecutable() throws Exception {
    List<Path> archives;
    try (Stream<Path> files = Files.list(Script.AGENT.resolve("target"))) {
      archives = files.filter(file -> file.toString().endsWith(".tar.gz")).toList();
    }
    assertEquals(1, archives.size(), archives::toString);
    Ended listed = Script.run(Path.of("/"), JAVA, "tar", "tvzf", archives.get(0));
    assertEquals(0, listed.exit(), listed::toString);
    List<String> executable = new ArrayList<>();
    for (String line : listed.out().lines().filter(file -> file.startsWith("-")).toList()) {
      if (line.startsWith("-rwxr-xr-x ")) {
        executable.add(nameInArchive(line));
      } else {
        assertTrue(line.startsWith("-rw-r--r-- "), line);
      }
    }
    assertEquals(
        List.of("dist/bin/kextwatch", "install.sh", "launchd/on-a-mac.sh"),
        executable.stream().sorted().toList());
  }

  private static String nameInArchive(String line) {
    return line.replaceFirst(".* kextwatch-[^/ ]+/", "");
  }

  /** Two copies of a class on one class path would make its order matter. */
  @Test
  void noClassIsThereTwice() throws IOException {
    List<String> seen = new ArrayList<>();
    for (Path jar : jars().toList()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        file.stream()
            .map(JarEntry::getName)
            .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
            .filter(name -> !name.equals("module-info.class"))
            .forEach(seen::add);
      }
    }
    assertEquals(seen.stream().distinct().count(), seen.size());
  }

  private static Path agentJar() throws IOException {
    return jars()
        .filter(jar -> jar.getFileName().toString().startsWith("kextwatch-agent-"))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<Path> jars() throws IOException {
    try (Stream<Path> jars = Files.list(DIST.resolve("lib"))) {
      return jars.sorted().toList().stream();
    }
  }

  private static String withoutVersion(String jar) {
    return jar.replaceFirst("-\\d.*", "");
  }
}
