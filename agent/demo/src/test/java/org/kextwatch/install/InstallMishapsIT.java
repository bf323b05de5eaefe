package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What goes wrong in the middle of an install, in every shell: the Mac is watched afterwards. */
class InstallMishapsIT extends InstalledMac {
  private static final String SLOW = "it runs; its first look takes longer than 30 seconds";

  @ConcurrentTest
  void aSlowFirstLookIsNoFailure() throws Exception {
    release("0.5.0");
    Ended first = install("--java", runtime);
    assertDone(first);
    assertTrue(first.err().contains(SLOW), first::err);
    assertTrue(launchd.pid() > 0);
    assertEquals("rwx------", mode(state()));
    assertFalse(Files.exists(state().resolve("stop-cause")));
  }

  @ConcurrentTest
  void aMacWhoseFirstLookIsSlowCanBeUpgraded() throws Exception {
    installed();
    release("0.5.0");
    Ended upgrade = install();
    assertDone(upgrade);
    assertTrue(upgrade.err().contains(SLOW), upgrade::err);
    assertEquals(Path.of("releases/0.5.0"), current());
    assertEquals("upgrade\n", causes());
  }

  @ConcurrentTest
  void theSignOfOneThatDidNotComeUpIsNotLeft() throws Exception {
    release("0.3.0");
    Ended first = install("--java", runtime);
    assertFailed(70, "there was no new " + support.resolve("status.json"), first);
    assertFalse(Files.exists(state().resolve("stop-cause")));
  }

  @ConcurrentTest
  void aStraySignalEndsTheWatchOnlyUntilLaunchdStartsItAgain() throws Exception {
    installed();
    long pid = launchd.pid();
    ProcessHandle.of(pid).orElseThrow().destroy();
    Patience.until(() -> launchd.pid() > 0 && launchd.pid() != pid);
    assertEquals(2, launchd.starts());
  }

  /** A daemon that somebody runs by hand has the lock, so that of the new release waits. */
  @ConcurrentTest
  void theStatusOfAnotherDaemonIsNoSignOfLife() throws Exception {
    installed();
    String others = Files.readString(support.resolve("status.json")).replace("}", ",\"n\":%d}");
    release("0.3.0");
    ScheduledExecutorService byHand = Executors.newSingleThreadScheduledExecutor();
    AtomicInteger looks = new AtomicInteger();
    try {
      Future<?> unused =
          byHand.scheduleAtFixedRate(
              () -> {
                if (leadsTo("0.3.0")) {
                  write(others.formatted(looks.incrementAndGet()));
                }
              },
              0,
              20,
              TimeUnit.MILLISECONDS);
      assertFailed(70, "Kextwatch 0.3.0 did not start", install());
    } finally {
      byHand.shutdownNow();
    }
    assertTrue(looks.get() > 0);
    assertEquals(Path.of("releases/0.1.0"), current());
  }

  private boolean leadsTo(String release) {
    try {
      return current().endsWith(release);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String status) {
    try {
      Path aside = Files.writeString(mac.resolve("sim/status"), status);
      Files.move(aside, support.resolve("status.json"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ConcurrentTest
  void aDaemonWhoseStatusIsOldIsStartedAgain() throws Exception {
    installed();
    Process gone = Script.start(new ProcessBuilder("true"));
    gone.waitFor();
    write("{\"pid\":%d,\"startedAt\":\"2026-01-01T00:00:00.000Z\"}\n".formatted(gone.pid()));
    Ended plan = install("--dry-run");
    assertTrue(plan.out().startsWith("would reload system/"), plan::toString);
    Ended again = install();
    assertDone(again);
    assertFalse(again.err().contains("nothing is changed"), again::err);
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void ofTwoBuildsOfOneVersionEachIsNamed() throws Exception {
    installed();
    Files.writeString(archive.resolve("dist/lib/a library.jar"), "broken");
    assertTakenBack("Kextwatch 0.1.0-2 did not start: 0.1.0 runs again", install());
    assertFalse(Files.exists(support.resolve("releases/0.1.0-2")));
  }

  /** A power cut must not leave a link to files that are not on the disk. */
  @ConcurrentTest
  void theReleaseIsOnTheDiskBeforeCurrentLeadsToIt() throws Exception {
    installed();
    release("0.2.0");
    Path order = file("order", "");
    for (String tool : List.of("cp", "mv", "sync", "perl")) {
      Path real = putAside(tool);
      Script.write(
          bin.resolve(tool),
          "printf '%s %%s\\n' \"$*\" >>'%s'\nexec '%s' \"$@\"".formatted(tool, order, real));
    }
    assertDone(install());
    List<String> steps = Files.readAllLines(order);
    int synced = steps.indexOf("sync ");
    int placed = position(steps, "mv .*/releases/0\\.2\\.0");
    int switched = position(steps, "perl .*/current");
    assertTrue(0 <= placed && placed < synced && synced < switched, steps::toString);
    assertTrue(position(steps.subList(synced, steps.size()), "cp .*") < 0, steps::toString);
  }

  private static int position(List<String> steps, String pattern) {
    return steps.stream()
        .filter(step -> step.matches(pattern))
        .mapToInt(steps::indexOf)
        .findFirst()
        .orElse(-1);
  }

  @ConcurrentTest
  void anUpgradeWaitsWhateverLaunchdSaysMeanwhile() throws Exception {
    installed();
    launchd.refusals.set(4);
    launchd.refusal = 37;
    release("0.2.0");
    assertDone(install());
    assertEquals(
        4, Collections.frequency(launchd.calls(), "bootstrap 37"), launchd.calls()::toString);
    assertTrue(launchd.pid() > 0);
  }

  /** Each of these tools runs while the daemon is stopped. */
  @ConcurrentTest
  void anUpgradeThatIsInterruptedIsTakenBack() throws Exception {
    installed();
    release("0.2.0");
    for (String tool : List.of("perl", "sleep")) {
      doing(tool, "kill -s TERM \"$PPID\"");
      assertTakenBack(
          "the install of Kextwatch 0.2.0 was interrupted: 0.1.0 runs again", install());
    }
    assertDone(install());
    assertEquals(Path.of("releases/0.2.0"), current());
  }

  @ConcurrentTest
  void anUpgradeWhoseReaderIsGoneIsTakenBackToo() throws Exception {
    installed();
    release("0.2.0");
    doing("perl", "kill -s PIPE \"$PPID\"");
    assertTakenBack("was interrupted: 0.1.0 runs again", install());
  }

  @ConcurrentTest
  void anUpgradeThatTheDiskHasNoRoomForIsTakenBack() throws Exception {
    installed();
    release("0.2.0");
    String full = "echo \"${0##*/}: No space left on device\" >&2; exit 1";
    for (String tool : List.of("ln", "perl", "mv")) {
      Files.createDirectory(state().resolve("stop-cause")); // nothing can be written there
      doing(tool, "[ \"$*\" != \"${*%.plist}\" ] || [ \"$*\" != \"${*%current*}\" ]", full);
      assertTakenBack(
          "the install of Kextwatch 0.2.0 failed (is the disk full or read-only?): 0.1.0 runs"
              + " again",
          install());
    }
  }

  @ConcurrentTest
  void aFirstInstallThatIsInterruptedLeavesNothingThatRuns() throws Exception {
    doing("perl", "kill -s TERM \"$PPID\"");
    assertFailed(70, "the install of Kextwatch 0.1.0 was interrupted", install("--java", runtime));
    assertFalse(Files.exists(job()));
    assertEquals(-1, launchd.pid());
    assertDone(install("--java", runtime));
    assertTrue(launchd.pid() > 0);
  }

  @ConcurrentTest
  void beforeTheDaemonIsStoppedNothingIsTakenBack() throws Exception {
    installed();
    Map<String, String> before = everything();
    release("0.2.0");
    String unchanged = "Nothing that runs has been changed. " + again("");
    for (String tool : List.of("mkdir", "cp", "mv")) {
      for (String what : List.of("kill -s TERM \"$PPID\"", "exit 1")) {
        doing(tool, what);
        assertFailed(70, unchanged, install());
        assertEquals(before, everything(), tool);
      }
    }
  }

  @ConcurrentTest
  void aRemovalThatIsInterruptedStartsNothing() throws Exception {
    installed();
    doing("rm", "[ \"$*\" != \"${*%.plist*}\" ]", "kill -s TERM \"$PPID\"");
    String why = "the removal of Kextwatch was interrupted\n" + again(" --uninstall");
    assertFailed(70, why, install("--uninstall"));
    assertDone(install("--uninstall"));
    assertEquals(-1, launchd.pid());
  }

  @ConcurrentTest
  void whatLaunchdRefusesToEndRunsOn() throws Exception {
    installed();
    Path launchctl = mac.resolve("bin/launchctl");
    Files.move(launchctl, mac.resolve("bin/real-launchctl"));
    Script.write(
        launchctl,
        "[ \"$1\" != bootout ] || exit 150; exec '"
            + mac.resolve("bin/real-launchctl")
            + "' \"$@\"");
    release("0.2.0");
    Ended refused = install();
    assertFailed(70, "launchctl bootout system/" + LABEL + " failed (150)", refused);
    assertTrue(refused.err().contains("Restart the Mac, then try again: sudo '"), refused::err);
    assertEquals(Path.of("releases/0.1.0"), current());
    assertTrue(launchd.pid() > 0);
  }

  private String again(String options) {
    return "Try again: sudo '" + archive.resolve("install.sh") + "'" + options + "\n";
  }

  private void doing(String tool, String what) throws Exception {
    doing(tool, "true", what);
  }

  /** The next time that a tool runs, and this is so, it does that first. */
  private void doing(String tool, String when, String what) throws Exception {
    Path real = putAside(tool);
    Path once = file("once " + tool, "");
    String script = "if [ -e '%s' ] && %s; then /bin/rm -f '%s'; %s; fi\nexec '%s' \"$@\"";
    Script.write(bin.resolve(tool), script.formatted(once, when, once, what, real));
  }

  private void assertTakenBack(String why, Ended upgrade) throws Exception {
    assertFailed(70, why, upgrade);
    assertEquals(Path.of("releases/0.1.0"), current());
    assertFalse(Files.exists(support.resolve("releases/0.2.0")));
    assertFalse(Files.exists(support.resolve(".installing"), LinkOption.NOFOLLOW_LINKS));
    assertWatched();
  }

  private Path state() {
    return mac.resolve("private/var/db/kextwatch");
  }
}
