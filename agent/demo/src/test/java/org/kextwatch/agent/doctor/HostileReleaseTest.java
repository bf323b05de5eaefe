package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * What somebody else put where the installed program should be: the launcher does not run it, and
 * the doctor tells.
 */
class HostileReleaseTest {
  private static final int NOBODY = 65534;

  @TempDir private Path temp;

  private Path mac;
  private Path support;
  private Path victim;

  /** What is wrong with it. */
  enum Trap {
    LINK,
    DANGLING_LINK,
    LOOP,
    PIPE,
    FOLDER,
    GROUP_WRITABLE,
    WRITABLE,
    FOREIGN
  }

  /** What of the installed program. */
  enum Place {
    SUPPORT(""),
    CURRENT("current"),
    RELEASES("releases"),
    RELEASE("releases/0.1.0"),
    BIN("releases/0.1.0/bin"),
    LAUNCHER("releases/0.1.0/bin/kextwatch"),
    LIB("releases/0.1.0/lib"),
    JAR("releases/0.1.0/lib/agent.jar"),
    RECORD("releases/0.1.0/java-home"),
    RUNTIME("releases/0.1.0/runtime"),
    JAVA("releases/0.1.0/runtime/bin/java"),
    MODULES("releases/0.1.0/runtime/lib/modules"),
    POLICY("releases/0.1.0/runtime/conf/security/policy/unlimited/default.policy");

    final String path;

    Place(String path) {
      this.path = path;
    }
  }

  static Stream<Arguments> traps() {
    Set<Trap> changed = Set.of(Trap.GROUP_WRITABLE, Trap.WRITABLE, Trap.FOREIGN);
    Set<Trap> replaced = Set.of(Trap.LINK, Trap.DANGLING_LINK, Trap.LOOP, Trap.PIPE);
    List<Arguments> cases = new ArrayList<>();
    for (Place place : Place.values()) {
      for (Trap trap : Trap.values()) {
        boolean isPossible = trap != Trap.FOREIGN || Owner.current().isRoot();
        boolean fits =
            switch (place) {
              case SUPPORT, LAUNCHER -> changed.contains(trap);
              case CURRENT -> replaced.contains(trap) || trap == Trap.FOLDER;
              case RECORD, JAR -> true;
              default -> changed.contains(trap) || replaced.contains(trap);
            };
        if (isPossible && fits) {
          cases.add(Arguments.of(place, trap));
        }
      }
    }
    return cases.stream();
  }

  @BeforeEach
  void anInstalledProgram() throws IOException {
    mac = Files.createDirectory(temp.toRealPath().resolve("mac"));
    support = mac.resolve("Library/Application Support/Kextwatch");
    Path release = support.resolve("releases/0.1.0");
    Files.createDirectories(release.resolve("lib"));
    Files.writeString(release.resolve("lib/agent.jar"), "");
    Files.createDirectory(release.resolve("bin"));
    Path launcher = Script.AGENT.resolve("src/main/sh/kextwatch");
    Files.copy(launcher, release.resolve("bin/kextwatch"));
    mode(release.resolve("bin/kextwatch"), "rwxr-xr-x");
    Files.createSymbolicLink(support.resolve("current"), Path.of("releases/0.1.0"));
    Path runtime = java("jdk", "echo ours");
    Files.writeString(release.resolve("java-home"), runtime + "\n");

    victim = Files.createDirectory(temp.toRealPath().resolve("victim"));
    Path evil = java("evil", "echo theirs");
    Files.writeString(victim.resolve("file"), evil + "\n");
    Files.writeString(victim.resolve("agent.jar"), "");
  }

  @Test
  void anInstalledProgramThatIsRootsAloneRuns() throws Exception {
    assertEquals(new Ended(0, "ours\n", ""), launch());
    Finding found = doctor("release");
    assertEquals(Mark.OK, found.mark(), found::toString);
    assertEquals("releases/0.1.0", found.text());
  }

  /** Its licences have links, as jlink makes them. */
  @Test
  void aReleaseWithItsOwnJavaRuns() throws Exception {
    bringJava();
    anInstalledProgramThatIsRootsAloneRuns();
  }

  private void bringJava() throws IOException {
    Path release = support.resolve("releases/0.1.0");
    Files.delete(release.resolve("java-home"));
    Path runtime = release.resolve("runtime");
    Files.move(temp.toRealPath().resolve("jdk"), runtime);
    Files.writeString(runtime.resolve("lib/modules"), "");
    Path policy = Files.createDirectories(runtime.resolve("conf/security/policy/unlimited"));
    Files.writeString(policy.resolve("default.policy"), "");
    Path legal = Files.createDirectories(runtime.resolve("legal/java.xml"));
    Files.createSymbolicLink(legal.resolve("LICENSE"), Path.of("../java.base/LICENSE"));
  }

  @ParameterizedTest
  @MethodSource("traps")
  void isNotRunAndTold(Place place, Trap trap) throws Exception {
    if (place.compareTo(Place.RUNTIME) >= 0) {
      bringJava();
    }
    set(trap, support.resolve(place.path));

    Ended ended = assertTimeoutPreemptively(Patience.AMPLE, this::launch);

    assertEquals("", ended.out(), "nothing was run");
    assertNotEquals(0, ended.exit());
    boolean isLauncherItsOwn = Files.isRegularFile(support.resolve("current/bin/kextwatch"));
    if (isLauncherItsOwn) {
      assertTrue(ended.err().startsWith("kextwatch: "), ended::err);
      assertTrue(ended.err().contains("Install Kextwatch again"), ended::err);
    }
    Finding found = doctor(place == Place.SUPPORT ? "programs folder" : "release");
    assertEquals(Mark.FAIL, found.mark(), found::toString);
    assertFalse(found.remedy().isEmpty());
    assertEquals(List.of("agent.jar", "file"), Stream.of(victim.toFile().list()).sorted().toList());
  }

  private Ended launch() throws Exception {
    Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", "/nowhere");
    Path launcher = support.resolve("current/bin/kextwatch");
    return Script.run(Path.of("/"), environment, "sh", launcher, "version");
  }

  private Finding doctor(String check) throws Exception {
    return Doctor.examine(SystemRoot.at(mac), true).findings().stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow();
  }

  private void set(Trap trap, Path path) throws Exception {
    boolean isFolder = Files.isDirectory(path);
    switch (trap) {
      case GROUP_WRITABLE -> mode(path, isFolder ? "rwxrwxr-x" : "rw-rw-r--");
      case WRITABLE -> mode(path, isFolder ? "rwxr-xrwx" : "rw-r--rw-");
      case FOREIGN -> Files.setAttribute(path, "unix:uid", NOBODY);
      default -> {
        Files.move(path, temp.resolve("moved"));
        replace(trap, path, isFolder);
      }
    }
  }

  private void replace(Trap trap, Path path, boolean isFolder) throws Exception {
    switch (trap) {
      case LINK -> {
        Path target = isFolder ? victim : victim.resolve("file");
        boolean isCurrent = path.endsWith("current");
        Files.createSymbolicLink(path, isCurrent ? temp.resolve("moved-release") : target);
        if (isCurrent) { // a whole program of theirs, elsewhere
          Files.move(support.resolve("releases/0.1.0"), temp.resolve("moved-release"));
          mode(temp.resolve("moved-release"), "rwxrwxrwx");
        }
      }
      case DANGLING_LINK -> Files.createSymbolicLink(path, victim.resolve("none"));
      case LOOP -> Files.createSymbolicLink(path, path);
      case PIPE ->
          assertEquals(
              0, new ProcessBuilder("mkfifo", "-m", "644", path.toString()).start().waitFor());
      case FOLDER -> Files.createDirectory(path);
      default -> throw new IllegalArgumentException(trap.name());
    }
    assertTrue(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  private Path java(String name, String body) throws IOException {
    Path home = temp.toRealPath().resolve(name);
    script(home.resolve("bin/java"), body);
    Files.createDirectory(home.resolve("lib"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.13\"\n");
    return home;
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    mode(file, "rwxr-xr-x");
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
