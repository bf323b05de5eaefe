package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Script.Ended;

/** An installer package is made and installed, as macOS' Installer does it. */
class InstallerIT extends PackagedMac {
  private Ended installPackage() throws Exception {
    return expand().install(shell, "/", mac, mac, bin);
  }

  private Ended makeAndInstall(Object... options) throws Exception {
    assertDone(make(Stream.concat(Stream.of("--no-archive"), Stream.of(options)).toArray()));
    return installPackage();
  }

  private void assertNoPayload() {
    assertFalse(Files.exists(support.resolve("package")));
  }

  @ConcurrentTest
  void aFirstInstallStartsTheDaemonAndLeavesNoPayload() throws Exception {
    assertDone(
        makeAndInstall(
            "--java",
            runtime,
            "--endpoint",
            "https://x.example.com/y",
            "--secret-file",
            file("my secret", SECRET + "\n")));
    assertEquals(Path.of("releases/0.1.0"), current());
    assertWatched();
    assertNoPayload();
    assertEquals("rw-r-----", mode(support.resolve("config.json")));
    assertTrue(Files.readString(support.resolve("config.json")).contains("x.example.com/y"));
    assertEquals(SECRET + "\n", Files.readString(support.resolve("secret")));
    assertEquals("rw-------", mode(support.resolve("secret")));
    assertTrue(Files.exists(support.resolve("current/install.sh")));
  }

  @ConcurrentTest
  void theJavaInsideIsUsed() throws Exception {
    java("arm64", "11.0");
    java("x86_64", "10.15");
    assertDone(makeAndInstall());
    assertTrue(Files.exists(support.resolve("current/runtime/bin/java")));
    assertWatched();
    assertNoPayload();
  }

  @ConcurrentTest
  void anUpgradeKeepsSettingsAndTheReleaseBefore() throws Exception {
    installed();
    String settings = Files.readString(support.resolve("config.json"));
    release("0.2.0");
    Ended upgrade = makeAndInstall("--endpoint", "https://other.example.com/y", "--java", runtime);
    assertDone(upgrade);
    assertTrue(upgrade.err().contains("kept as they are: the settings"), upgrade::err);
    assertEquals(Path.of("releases/0.2.0"), current());
    assertTrue(Files.exists(support.resolve("releases/0.1.0")));
    assertEquals(settings, Files.readString(support.resolve("config.json")));
    assertWatched();
    assertNoPayload();
  }

  @ConcurrentTest
  void anUpgradeThatDoesNotStartIsTakenBackAndFails() throws Exception {
    installed();
    release("0.3.0");
    Ended upgrade = makeAndInstall();
    assertFailed(70, "Kextwatch 0.3.0 did not start: 0.1.0 runs again", upgrade);
    assertEquals(Path.of("releases/0.1.0"), current());
    assertFalse(Files.exists(support.resolve("releases/0.3.0")));
    assertWatched();
    assertNoPayload();
  }

  @ConcurrentTest
  void whatIsRefusedFailsAndSaysHowToTryAgain() throws Exception {
    installed();
    release("0.2.0");
    Map<String, String> before = everything();
    Files.delete(bin.resolve("cp"));
    Files.createSymbolicLink(bin.resolve("cp"), Path.of("/bin/false"));
    MacPackage made = expandedBeforeCpIsGone();
    Ended refused = made.install(shell, "/", mac, mac, bin);
    assertFailed(
        70, "Nothing that runs has been changed. Try again: install the package again", refused);
    assertEquals(before, everything());
  }

  private MacPackage expandedBeforeCpIsGone() throws Exception {
    Path broken = Files.readSymbolicLink(bin.resolve("cp"));
    Files.delete(bin.resolve("cp"));
    Files.createSymbolicLink(bin.resolve("cp"), Path.of("/bin/cp"));
    assertDone(make("--no-archive"));
    Files.delete(bin.resolve("cp"));
    Files.createSymbolicLink(bin.resolve("cp"), broken);
    return expand();
  }

  @ConcurrentTest
  void onAnotherVolumeNothingIsDone() throws Exception {
    installed();
    release("0.2.0");
    assertDone(make("--no-archive"));
    Map<String, String> before = everything();
    Path other = Files.createDirectory(temp.toRealPath().resolve("other volume"));
    Ended elsewhere = expand().install(shell, "/Volumes/Other", other, mac, bin);
    assertEquals(0, elsewhere.exit(), elsewhere::toString);
    assertTrue(elsewhere.out().contains("nothing is done on /Volumes/Other"), elsewhere::out);
    assertEquals(before, everything());
  }

  @ConcurrentTest
  void whatAnInterruptedOneHasLeftIsRemovedFirst() throws Exception {
    Path left = support.resolve("package/dist/lib/kextwatch-agent-0.0.9.jar");
    Files.createDirectories(left.getParent());
    Files.writeString(left, "");
    assertDone(makeAndInstall("--java", runtime));
    assertEquals(Path.of("releases/0.1.0"), current());
    assertNoPayload();
    Files.createDirectories(left);
    assertDone(install("--uninstall"));
    assertNoPayload();
  }

  @ConcurrentTest
  void aLinkIsNotFollowed() throws Exception {
    assertDone(make("--no-archive", "--java", runtime));
    Path elsewhere = Files.createDirectory(temp.toRealPath().resolve("elsewhere"));
    Path kept = Files.createFile(elsewhere.resolve("kept"));
    for (Path link : List.of(support.resolve("package"), support)) {
      Files.createDirectories(link.getParent());
      if (Files.isDirectory(link)) {
        Files.delete(link);
      }
      Files.createSymbolicLink(link, elsewhere);
      Ended refused = installPackage();
      assertEquals(1, refused.exit(), refused::toString);
      assertTrue(refused.err().contains(link + " is a link"), refused::err);
      assertTrue(Files.exists(kept));
      Files.delete(link);
    }
  }
}
