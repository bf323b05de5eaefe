package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** A Mac from the first install to the last trace, in every shell. */
class InstallCycleIT extends InstalledMac {
  static Stream<String> shells() {
    return Script.shells();
  }

  @ConcurrentTest
  void aFirstInstallPutsEverythingInItsPlaceAndStartsIt() throws Exception {
    installFirst();
    assertEquals(Path.of("releases/0.1.0"), current());
    Map<Path, String> modes =
        Map.of(
            support,
            "rwxr-xr-x",
            support.resolve("releases/0.1.0/lib"),
            "rwxr-xr-x",
            support.resolve("releases/0.1.0/lib/kextwatch-agent-0.1.0.jar"),
            "rw-r--r--",
            support.resolve("current/bin/kextwatch"),
            "rwxr-xr-x",
            support.resolve("config.json"),
            "rw-r-----",
            support.resolve("secret"),
            "rw-------",
            mac.resolve("Library/Logs/Kextwatch"),
            "rwxr-x---",
            job(),
            "rw-r--r--");
    for (Map.Entry<Path, String> mode : modes.entrySet()) {
      assertEquals(mode.getValue(), mode(mode.getKey()), mode.getKey()::toString);
    }
    assertEquals(runtime + "\n", Files.readString(support.resolve("current/java-home")));
    assertEquals(
        "{\n  \"endpoint\": \"https://hooks.example.com/kextwatch\"\n}\n",
        Files.readString(support.resolve("config.json")));
    assertEquals(SECRET + "\n", Files.readString(support.resolve("secret")));
    assertTrue(launchd.pid() > 0);
    assertWatched();
  }

  @ConcurrentTest
  void nothingNewIsNoReasonToRestart() throws Exception {
    installed();
    long pid = launchd.pid();
    Map<String, String> before = everything();
    Ended again = install();
    assertDone(again);
    assertTrue(again.err().contains("nothing is changed"), again::err);
    assertEquals(pid, launchd.pid());
    assertEquals(before, everything());
  }

  @ConcurrentTest
  void whatOthersCouldChangeIsMended() throws Exception {
    installed();
    Path lib = support.resolve("releases/0.1.0/lib");
    for (Path place : List.of(lib, lib.resolve("a library.jar"), lib.getParent().getParent())) {
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
      Ended again = install();
      assertDone(again);
      assertFalse(again.err().contains("nothing is changed"), again::err);
      assertEquals(Files.isDirectory(place) ? "rwxr-xr-x" : "rw-r--r--", mode(place));
      assertEquals(Path.of("releases/0.1.0"), current());
    }
  }

  @ConcurrentTest
  void whatIsInstalledButDoesNotRunIsStarted() throws Exception {
    installed();
    launchd.ask("bootout", "system/" + LABEL);
    assertDone(install());
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void anUpgradeKeepsSettingsAndTheReleaseBefore() throws Exception {
    installed();
    Files.writeString(support.resolve("config.json"), "{ \"mine\": 1 }");
    long pid = launchd.pid();
    release("0.2.0");
    Ended upgrade = install("--endpoint", "https://other.example.com", "--secret-file", "/none");
    assertDone(upgrade);
    assertTrue(upgrade.err().contains("kept as they are: the settings in"), upgrade::err);
    assertTrue(upgrade.err().contains("kept as it is: the secret in"), upgrade::err);
    assertEquals(Path.of("releases/0.2.0"), current());
    assertNotEquals(pid, launchd.pid());
    assertEquals("upgrade\n", causes());
    assertEquals("{ \"mine\": 1 }", Files.readString(support.resolve("config.json")));
    assertEquals(runtime + "\n", Files.readString(support.resolve("current/java-home")));
    assertTrue(Files.exists(support.resolve("releases/0.1.0")));
    assertFalse(Files.exists(mac.resolve("private/var/db/kextwatch/stop-cause")));

    release("0.4.0");
    assertDone(install());
    assertFalse(Files.exists(support.resolve("releases/0.1.0")));
    assertTrue(Files.exists(support.resolve("releases/0.2.0")));
  }

  @ConcurrentTest
  void anUpgradeWaitsUntilLaunchdTakesTheJobAgain() throws Exception {
    installed();
    launchd.refusals.set(4);
    release("0.2.0");
    assertDone(install());
    assertTrue(
        Collections.frequency(launchd.calls(), "bootstrap 5") >= 4, launchd.calls()::toString);
    assertEquals("bootstrap 0", launchd.calls().get(launchd.calls().size() - 1));
  }

  @ConcurrentTest
  void aBootoutThatIsInProgressIsOne() throws Exception {
    installed();
    launchd.saysInProgress = true;
    release("0.2.0");
    assertDone(install());
    assertTrue(launchd.calls().contains("bootout 36"));
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void aLabelThatWasDisabledIsEnabled() throws Exception {
    launchd.ask("disable", "system/" + LABEL);
    installFirst();
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void anotherBuildOfTheSameVersionIsAReleaseOfItsOwn() throws Exception {
    installed();
    Files.writeString(archive.resolve("dist/lib/a library.jar"), "mended");
    assertDone(install());
    assertEquals(Path.of("releases/0.1.0-2"), current());
    Files.writeString(archive.resolve("dist/lib/a library.jar"), "");
    assertDone(install());
    assertEquals(Path.of("releases/0.1.0"), current());
  }

  @ConcurrentTest
  void aReleaseThatDoesNotComeUpIsTakenBack() throws Exception {
    installed();
    release("0.3.0");
    Ended upgrade = install();
    assertFailed(70, "Kextwatch 0.3.0 did not start: 0.1.0 runs again.", upgrade);
    assertTrue(upgrade.err().contains("See why: "), upgrade::err);
    assertEquals(Path.of("releases/0.1.0"), current());
    assertFalse(Files.exists(support.resolve("releases/0.3.0")));
    assertTrue(launchd.pid() > 0);
    assertWatched();
  }

  @ConcurrentTest
  void aFirstInstallThatDoesNotComeUpLeavesNoJob() throws Exception {
    release("0.3.0");
    assertFailed(
        70, "0.3.0 did not start, so launchd no longer starts it", install("--java", runtime));
    assertFalse(Files.exists(job()));
    assertEquals(113, launchd.ask("print", "system/" + LABEL));
    release("0.1.0");
    assertDone(install());
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void withoutPerlTheLinkIsReplacedToo() throws Exception {
    Files.delete(bin.resolve("perl"));
    installFirst();
    release("0.2.0");
    assertDone(install());
    assertEquals(Path.of("releases/0.2.0"), current());
    assertEquals(List.of("releases/0.2.0/lib/a library.jar"), libraries());
  }

  /** Had mv followed the link, the new one would lie inside the old release. */
  private List<String> libraries() {
    return everythingNamed("a library.jar").stream().filter(f -> f.contains("0.2.0")).toList();
  }

  private List<String> everythingNamed(String name) {
    try {
      return everything().keySet().stream()
          .filter(file -> file.endsWith(name))
          .map(file -> support.relativize(mac.resolve(file)).toString())
          .toList();
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ConcurrentTest
  void withoutStartLaunchdIsLeftAlone() throws Exception {
    assertDone(install("--java", runtime, "--no-start"));
    assertEquals(List.of(), launchd.calls());
    assertTrue(Files.exists(job()));
    Files.delete(mac.resolve("bin/launchctl"));
    release("0.2.0");
    assertDone(install("--no-start"));
    assertEquals(Path.of("releases/0.2.0"), current());
    assertFailed(69, "bin/launchctl: give --no-start, or --destdir for a package", install());
  }

  @ConcurrentTest
  void uninstallKeepsWhatIsNotOursToLose() throws Exception {
    installed();
    Ended uninstall = install("--uninstall");
    assertDone(uninstall);
    assertEquals("uninstall\n", causes());
    assertEquals(-1, launchd.pid());
    assertFalse(Files.exists(job()));
    assertEquals(
        List.of(
            "a mac/Library/Application Support/Kextwatch/config.json",
            "a mac/Library/Application Support/Kextwatch/secret",
            "a mac/private/var/db/kextwatch",
            "a mac/Library/Logs/Kextwatch"),
        uninstall
            .err()
            .lines()
            .filter(line -> line.contains("left: "))
            .map(line -> line.substring(line.indexOf("a mac")))
            .toList());
    assertTrue(Files.exists(support.resolve("config.json")));

    Ended again = install("--uninstall");
    assertDone(again);

    assertDone(install("--uninstall", "--purge"));
    assertEquals(
        List.of(),
        everything().keySet().stream().filter(f -> f.matches(".*[Kk]extwatch.*")).toList());
  }

  @ConcurrentTest
  void whatWasNeverInstalledCanBeUninstalled() throws Exception {
    Map<String, String> before = everything();
    assertDone(install("--uninstall"));
    assertDone(install("--uninstall", "--purge"));
    assertEquals(before, everything());
  }

  @ConcurrentTest
  void theStatusTellsWhatRuns() throws Exception {
    assertFailed(2, "Kextwatch is not installed", install("--status"));
    installed();
    Ended status = install("--status");
    assertEquals(0, status.exit());
    assertEquals(
        """
        Release: 0.1.0
        Java:    %s
        Job:     launchd knows system/org.kextwatch.agent
        %s\
        """
            .formatted(runtime, Files.readString(support.resolve("status.json"))),
        status.out());
    launchd.ask("bootout", "system/" + LABEL);
    Patience.until(() -> launchd.ask("print", "system/" + LABEL) == 113);
    assertTrue(install("--status").out().contains("launchd does not know system/" + LABEL));
    Files.delete(mac.resolve("bin/launchctl"));
    assertTrue(install("--status").out().contains("bin/launchctl to ask\n"));
  }
}
