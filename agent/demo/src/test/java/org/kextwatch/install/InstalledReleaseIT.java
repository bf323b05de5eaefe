package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What the install.sh of an installed release can do when the archive is gone, in every shell. */
class InstalledReleaseIT extends InstalledMac {
  private Path installer;

  private void installedWithoutTheArchive() throws Exception {
    installed();
    try (Stream<Path> files = Files.walk(archive)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    installer = support.resolve("current/install.sh");
  }

  private Ended run(Object... options) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(installer, "--root", mac, "--no-archive"), Stream.of(options))
            .toArray();
    return Script.run(temp, environment, shell, all);
  }

  @ConcurrentTest
  void itTellsItsVersionAndStatus() throws Exception {
    installedWithoutTheArchive();
    assertEquals("rwxr-xr-x", mode(installer));
    Ended version = Script.run(temp, environment, shell, installer, "--version");
    assertEquals(new Ended(0, "kextwatch 0.1.0\n", ""), version);
    Ended status = run("--status");
    assertEquals(0, status.exit(), status::toString);
    assertTrue(status.out().startsWith("Release: 0.1.0\n"), status::out);
    for (String option : List.of("--demo", "--test")) {
      Ended refused = Script.run(temp, environment, shell, installer, option);
      assertEquals(69, refused.exit(), refused::toString);
    }
  }

  @ConcurrentTest
  void itRemovesItself() throws Exception {
    installedWithoutTheArchive();
    Ended plan = run("--uninstall", "--dry-run");
    assertTrue(plan.out().contains("would remove " + support.resolve("releases")), plan::out);
    Ended removed = run("--uninstall");
    assertDone(removed);
    assertTrue(removed.err().startsWith("install.sh: Kextwatch is removed below "), removed::err);
    assertEquals("uninstall\n", causes());
    assertEquals(-1, launchd.pid());
    assertFalse(Files.exists(job()));
    assertFalse(Files.exists(support.resolve("releases")));
    assertTrue(Files.exists(support.resolve("config.json")));
  }

  @ConcurrentTest
  void itPurgesEverything() throws Exception {
    installedWithoutTheArchive();
    assertDone(run("--uninstall", "--purge"));
    assertEquals(
        List.of(),
        everything().keySet().stream().filter(f -> f.matches(".*[Kk]extwatch.*")).toList());
  }

  /** The other release goes first, so the path that people know works until the end. */
  @ConcurrentTest
  void aRemovalThatWasInterruptedCanBeRepeated() throws Exception {
    installed();
    release("0.2.0");
    assertDone(install());
    installer = support.resolve("current/install.sh");
    Path real = putAside("rm");
    String second = "case $* in *'/releases') kill -s TERM \"$PPID\"; exit ;; esac\n";
    Script.write(bin.resolve("rm"), second + "exec '" + real + "' \"$@\"");
    Ended interrupted = run("--uninstall", "--purge");
    assertFailed(
        70,
        "was interrupted\nTry again: sudo '" + installer + "' --uninstall --purge",
        interrupted);
    assertFalse(Files.exists(support.resolve("releases/0.1.0")));
    Script.write(bin.resolve("rm"), "exec '" + real + "' \"$@\"");
    assertDone(run("--uninstall", "--purge"));
    assertFalse(Files.exists(support));
  }

  @ConcurrentTest
  void whatIsLeftOfOneThatIsGoneIsNamed() throws Exception {
    installedWithoutTheArchive();
    Path real = putAside("rm");
    String last = "case $* in *'/releases') '%s' \"$@\"; kill -s TERM \"$PPID\"; exit ;; esac\n";
    Script.write(bin.resolve("rm"), last.formatted(real) + "exec '" + real + "' \"$@\"");
    String rest = "sudo rm -rf '" + support + "/releases' '" + support + "/current'\n";
    assertFailed(70, "was interrupted\nRemove the rest: " + rest, run("--uninstall"));
  }

  @ConcurrentTest
  void theReceiptOfThePackageIsForgotten() throws Exception {
    installedWithoutTheArchive();
    Path log = pkgutil(0, 0);
    Ended removed = run("--uninstall");
    assertDone(removed);
    assertFalse(removed.err().contains("package"), removed::err);
    String asked = "--volume %s --pkg-info %s\n--volume %s --forget %s\n";
    assertEquals(asked.formatted(mac, LABEL, mac, LABEL), Files.readString(log));
  }

  @ConcurrentTest
  void aReceiptThatIsNotThereIsNotForgotten() throws Exception {
    installedWithoutTheArchive();
    Path log = pkgutil(1, 0);
    assertDone(run("--uninstall"));
    assertEquals("--volume %s --pkg-info %s\n".formatted(mac, LABEL), Files.readString(log));
  }

  @ConcurrentTest
  void aReceiptThatStaysIsTold() throws Exception {
    installedWithoutTheArchive();
    pkgutil(0, 3);
    Ended removed = run("--uninstall");
    assertDone(removed);
    assertTrue(removed.err().contains("still lists the installer package"), removed::err);
  }

  /** The file that each of its calls is a line of. */
  private Path pkgutil(int known, int forgotten) throws Exception {
    Path log = file("pkgutil", "");
    String play = "echo \"$*\" >>'%s'\n[ \"$3\" != --pkg-info ] || exit %d\nexit %d";
    Script.write(mac.resolve("usr/sbin/pkgutil"), play.formatted(log, known, forgotten));
    return log;
  }

  @ConcurrentTest
  void itRepairsWhatIsMissing() throws Exception {
    installedWithoutTheArchive();
    long pid = launchd.pid();
    Map<String, String> before = everything();
    Ended again = run();
    assertDone(again);
    assertTrue(again.err().contains("nothing is changed"), again::err);
    assertEquals(pid, launchd.pid());

    launchd.ask("bootout", "system/" + LABEL);
    Patience.until(() -> launchd.ask("print", "system/" + LABEL) == 113);
    Files.delete(job());
    installer = support.resolve("releases/0.1.0/install.sh");
    Files.delete(support.resolve("current"));
    assertDone(run());
    assertWatched();
    assertEquals(installedFiles(before), installedFiles(everything()));
  }

  /** The programs, the job, settings and secret. */
  private static Map<String, String> installedFiles(Map<String, String> all) {
    all.keySet()
        .removeIf(file -> !file.matches(".*(/releases|/current|LaunchDaemons|config|secret).*"));
    return all;
  }

  @ConcurrentTest
  void itTakesAnotherJava() throws Exception {
    installedWithoutTheArchive();
    Path other = temp.toRealPath().resolve("other jdk");
    Files.move(runtime, other);
    Ended without = run();
    assertFailed(69, "no Java 17 or later is here", without);
    assertDone(run("--java", other));
    assertEquals(other + "\n", Files.readString(support.resolve("current/java-home")));
    assertTrue(Files.exists(support.resolve("current/install.sh")));
    assertWatched();
  }

  /** Root would run what somebody else has written. */
  @ConcurrentTest
  void whatOthersCouldChangeIsNotInstalledAgain() throws Exception {
    installedWithoutTheArchive();
    for (String place : List.of("install.sh", "launchd", "lib/a library.jar")) {
      Path open = support.resolve("releases/0.1.0").resolve(place);
      String mode = mode(open);
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      Map<String, String> before = everything();
      Ended refused = run();
      assertFailed(70, "others can change this release, so it is not installed again:", refused);
      assertTrue(refused.err().contains("./" + place), refused::err);
      assertEquals(before, everything());
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
    }
    assertDone(run());
  }
}
