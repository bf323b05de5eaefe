package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What install.sh stages for a package, in every shell. */
class InstallPackageIT extends InstalledMac {
  @ConcurrentTest
  void whatIsStagedIsForARealMac() throws Exception {
    Path staging = temp.toRealPath().resolve("staging");
    Path quick = file("my config", "{\"healthIntervalSeconds\": 5}");
    String why = " is refused: refused: ";
    Ended draft = script("--destdir", staging, "--java", runtime, "--config", quick);
    assertFailed(78, quick + why + quick, draft);
    assertDone(script("--destdir", staging, "--java", runtime));
    Path config = staging.resolve("Library/Application Support/Kextwatch/config.json");
    Files.copy(quick, config);
    assertFailed(78, config + why + config, script("--destdir", staging, "--java", runtime));
  }

  @ConcurrentTest
  void aPackageIsStagedWithoutLaunchd() throws Exception {
    Path staging = temp.toRealPath().resolve("staging");
    Ended staged = script("--destdir", staging, "--java", "/Library/Java/x/Contents/Home");
    assertDone(staged);
    assertTrue(staged.err().contains("neither it nor the settings are tried"), staged::err);
    String watches = "it only watches: deploy a profile, or write {} to config.json";
    assertTrue(staged.err().contains(watches), staged::err);
    Path there = staging.resolve("Library/Application Support/Kextwatch");
    assertEquals(
        "/Library/Java/x/Contents/Home\n", Files.readString(there.resolve("current/java-home")));
    assertTrue(Files.exists(staging.resolve("Library/LaunchDaemons/" + LABEL + ".plist")));
    assertDone(script("--destdir", staging, "--uninstall"));
    assertEquals(List.of(), launchd.calls());
  }

  /** Below a root settings may be quick, but a package is for real Macs. */
  @ConcurrentTest
  void settingsInThePackageAreJudgedAsOnARealMac() throws Exception {
    Files.createDirectories(support);
    Path config = Files.writeString(support.resolve("config.json"), "{ quick }");
    Ended rehearsed = install("--dry-run", "--java", runtime);
    assertEquals(0, rehearsed.exit(), rehearsed::toString);
    String why = config + " is refused: heartbeatIntervalSeconds must be";
    assertFailed(78, why, script("--destdir", mac, "--java", runtime));
  }

  @ConcurrentTest
  void aPackageHoldsOneRelease() throws Exception {
    Path staging = temp.toRealPath().resolve("staging");
    Path releases = staging.resolve("Library/Application Support/Kextwatch/releases");
    String[] versions = {"0.1.0", "0.2.0", "0.2.0", "0.1.0"};
    for (int i = 0; i < versions.length; i++) {
      release(versions[i]);
      Files.writeString(archive.resolve("dist/lib/a library.jar"), "build " + i);
      assertDone(script("--destdir", staging, "--java", runtime));
      try (Stream<Path> found = Files.list(releases)) {
        assertEquals(List.of(releases.resolve(versions[i])), found.toList());
      }
      assertEquals(
          "build " + i, Files.readString(releases.resolve("../current/lib/a library.jar")));
    }
    Files.createDirectory(releases.resolve("0.0.9")); // of an older install.sh
    assertDone(script("--destdir", staging, "--java", runtime));
    assertFalse(Files.exists(releases.resolve("0.0.9")));
    Ended same = script("--destdir", staging, "--java", runtime);
    assertTrue(same.err().contains("nothing is changed"), same::err);
  }

  @ConcurrentTest
  void aPackageThatNamesTheJavaOfThisMachineSaysSo() throws Exception {
    environment.put("JAVA_HOME", runtime.toString());
    Script.write(runtime.resolve("bin/javac"), "echo javac 17.0.13");
    Path staging = temp.toRealPath().resolve("staging");
    for (int i = 0; i < 2; i++) {
      Ended staged = script("--destdir", staging);
      assertDone(staged);
      String said = "no --java is given, so the package names the Java of this machine: " + runtime;
      assertTrue(staged.err().contains(said), staged::err);
    }
    Ended chosen = script("--destdir", staging, "--java", runtime);
    assertFalse(chosen.err().contains("no --java is given"), chosen::err);
  }

  @ConcurrentTest
  void aJavaInThePackageIsTriedThere() throws Exception {
    Path home = Path.of("/Library/Kextwatch Java/Contents/Home");
    Path inside = mac.resolve(home.toString().substring(1));
    Files.createDirectories(inside.getParent().getParent());
    Files.move(runtime.getParent(), inside.getParent());
    assertDone(script("--destdir", mac, "--java", home));
    assertEquals(home + "\n", Files.readString(support.resolve("current/java-home")));
    Path info = inside.resolve("../Info.plist").normalize();
    Files.writeString(info, Files.readString(info).replace("10.12", "14"));
    assertFailed(69, home + " needs macOS 14 or later", script("--destdir", mac, "--java", home));
  }
}
