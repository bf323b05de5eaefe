package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.install.Launchd;
import org.kextwatch.install.StrictTools;
import org.kextwatch.simulator.MacModel;

/** A release with the Java that it brings, where there is no other, from install to purge. */
class OwnJavaIT {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final Map<String, String> BUILDER = Map.of("PATH", "/usr/bin:/bin");

  @TempDir private static Path built;
  private static Path packed;

  @TempDir private Path temp;
  private Rig rig;
  private Launchd launchd;
  private Path archive;
  private Path support;
  private Map<String, String> environment;

  /** Packs a release as "install.sh --release" does. */
  @BeforeAll
  static void packOnce() throws Exception {
    assumeTrue(Files.exists(JDK.resolve("bin/jlink")), "this Java is no JDK");
    Path source = built.toRealPath();
    copyTree(Script.REPOSITORY.resolve("launchd"), source.resolve("launchd"));
    copyTree(Script.AGENT.resolve("target/dist"), source.resolve("dist"));
    Path installer =
        Script.copy(Script.REPOSITORY.resolve("install.sh"), source.resolve("install.sh"));
    Ended made = Script.run(source, BUILDER, "dash", installer, "--release", "--runtime", JDK);
    assertEquals(0, made.exit(), made::toString);
    try (Stream<Path> files = Files.list(source.resolve("target"))) {
      packed = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Script.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @BeforeEach
  void unpackItBesideAMacWithoutJava() throws Exception {
    Path folder = temp.toRealPath();
    assertEquals(0, Script.run(folder, BUILDER, "tar", "-xzf", packed).exit());
    archive = folder.resolve(packed.getFileName().toString().replace(".tar.gz", ""));
    rig = Rig.in(folder, MacModel.SEQUOIA);
    support = rig.mac.path("/Library/Application Support/Kextwatch");
    launchd = Launchd.of(rig.mac.root(), Duration.ofSeconds(1));
    launchd.settleSeconds = 1;
    environment = Map.of("PATH", toolsOfAMac(folder.resolve("bin")).toString());
  }

  @AfterEach
  void shutDown() throws IOException {
    launchd.close();
    rig.close();
  }

  /** Nobody has to wait for the release that cannot come up. */
  private Path toolsOfAMac(Path bin) throws IOException {
    StrictTools.link(Files.createDirectory(bin));
    Script.write(bin.resolve("sync"), ":");
    Script.write(
        bin.resolve("uname"), "[ \"$1\" != -s ] || exec echo Darwin; exec /bin/uname \"$@\"");
    Script.write(
        bin.resolve("sleep"),
        "now=$(readlink '%s'); [ \"$now\" != releases/9.1.0 ] || set -- 0.1; exec /bin/sleep $1"
            .formatted(support.resolve("current")));
    return bin;
  }

  @Test
  void itNeedsNoOther() throws Exception {
    assertTheDemoRuns();

    assertEquals(0, install().exit());
    String version = System.getProperty("java.runtime.version");
    rig.inbound.await("agent.started", "\"runtime\":{\"version\":\"" + version + "\"");
    Path own = support.resolve("current").toRealPath().resolve("runtime");
    Ended doctor = kextwatch("doctor");
    assertTrue(doctor.out().contains(" at " + own + ", released on "), doctor::toString);

    name("9.0.0");
    assertEquals(0, install().exit());
    rig.inbound.await("agent.stopping", "\"cause\":\"upgrade\"");
    assertEquals(Path.of("releases/9.0.0"), Files.readSymbolicLink(support.resolve("current")));
    assertTrue(install("--status").out().contains("Java:    its own, "));

    name("9.1.0");
    try (FileSystem classes = FileSystems.newFileSystem(jar())) {
      Files.delete(classes.getPath("org/kextwatch/agent/daemon/Daemon.class"));
    }
    Ended broken = install();
    assertEquals(70, broken.exit(), broken::toString);
    assertTrue(broken.err().contains("9.0.0 runs again"), broken::err);
    assertTrue(launchd.pid() > 0);
    assertFalse(Files.exists(support.resolve("releases/9.1.0")));

    Path installed = support.resolve("current/install.sh");
    Object[] removal = {installed, "--root", rig.mac.root(), "--uninstall", "--purge"};
    Ended removed = Script.run(temp, environment, "dash", removal);
    assertEquals(0, removed.exit(), removed::toString);
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals(-1, launchd.pid());
    assertFalse(Files.exists(support));
  }

  /** Its receiver listens with jdk.httpserver, which the daemon does not need. */
  private void assertTheDemoRuns() throws Exception {
    Path program = archive.resolve("dist/bin/kextwatch");
    Ended help = Script.run(temp, environment, program.toString(), "demo", "--help");
    assertEquals(0, help.exit(), help::toString);
    Path java;
    try (Stream<Path> images = Files.list(archive.resolve("runtime"))) {
      java = images.findFirst().orElseThrow().resolve("bin/java");
    }
    Ended modules = Script.run(temp, environment, java.toString(), "--list-modules");
    assertTrue(modules.out().contains("jdk.httpserver"), modules::toString);
  }

  private Ended kextwatch(Object... arguments) throws Exception {
    Object[] all =
        Stream.concat(
                Stream.of(support.resolve("current/bin/kextwatch"), "--root", rig.mac.root()),
                Stream.of(arguments))
            .toArray();
    return Script.run(temp, environment, "dash", all);
  }

  private Path jar() throws IOException {
    try (Stream<Path> jars = Files.list(archive.resolve("dist/lib"))) {
      return jars.filter(file -> file.getFileName().toString().startsWith("kextwatch-agent-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private void name(String version) throws IOException {
    Path jar = jar();
    Path named = jar.resolveSibling("kextwatch-agent-" + version + ".jar");
    Files.move(jar, named, StandardCopyOption.ATOMIC_MOVE);
  }

  private Ended install(Object... options) throws Exception {
    Object[] all =
        Stream.concat(
                Stream.of(archive.resolve("install.sh"), "--root", rig.mac.root(), "--no-archive"),
                Stream.of(options))
            .toArray();
    return Script.run(temp, environment, "dash", all);
  }
}
