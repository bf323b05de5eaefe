package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;

/**
 * The lock of install.sh, made by somebody else, fought for by many, and left by those that were
 * killed, in every shell.
 */
class HostileLockIT extends InstalledMac {
  private static final int ROUNDS = Integer.getInteger("kextwatch.installs", 2);
  private static final int AT_ONCE = 5;

  /** Takes the lock as install.sh does. Of those whose number is even each is killed with it. */
  private static final String TAKER =
      """
      set -eu
      failed=70 support=$1 lock=$1/.installing sysctl=/nowhere locked=false
      say() { printf '%s\\n' "$1" >&2; }
      fail() { say "$2"; exit "$1"; }
      has() { command -v "$1" >/dev/null 2>&1; }
      is_own() { :; }
      . "$2/launchd/lock.sh"
      take_lock
      mkdir "$1/inside" || : >"$1/both"
      sleep 0.01
      rmdir "$1/inside" || :
      [ "$3" = stays ] || sh -c 'kill -9 "$PPID"'
      release_lock
      """;

  private Path lock;
  private Path victim;

  @BeforeEach
  void aVictim() throws Exception {
    lock = support.resolve(".installing");
    victim = Files.createDirectory(temp.toRealPath().resolve("victim"));
    Files.writeString(victim.resolve("file"), "untouched");
  }

  @ConcurrentTest
  void whatIsNoLockOfOursIsRefusedNamedAndNotFollowed() throws Exception {
    List<String> makings =
        new ArrayList<>(
            List.of(
                "mkdir 'LOCK'",
                "ln -s 'VICTIM' 'LOCK'",
                "ln -s 'VICTIM/file' 'LOCK'",
                "ln -s 'VICTIM/none' 'LOCK'",
                "ln -s .installing 'LOCK'",
                "ln 'VICTIM/file' 'LOCK'",
                "mkfifo 'LOCK'",
                "ln -s 1 'LOCK'",
                "ln -s 999999,,x 'LOCK'; mkdir 'LOCK.999999__x'",
                "ln -s 999999,,x 'LOCK'; ln -s 'VICTIM' 'LOCK.999999__x'",
                "ln -s 999999,,x 'LOCK'; mkfifo 'LOCK.999999__x'"));
    if (Owner.current().isRoot()) {
      makings.add("mknod 'LOCK' c 1 5");
      makings.add("ln -s 999999,,x 'LOCK'; chown -h 65534 'LOCK'");
      makings.add(
          "ln -s 999999,,x 'LOCK'; ln -s 1,, 'LOCK.999999__x'; chown -h 65534 'LOCK.999999__x'");
    }
    Files.createDirectories(support);
    for (String making : makings) {
      String command = making.replace("LOCK", lock.toString()).replace("VICTIM", victim.toString());
      assertEquals(new Ended(0, "", ""), shell(command));
      Ended refused = install("--uninstall", "--no-start");
      assertEquals(70, refused.exit(), making + refused);
      assertTrue(refused.err().contains(lock.toString()), making + refused);
      assertTrue(refused.err().matches("(?s).*[Rr]emove.*"), making + refused);
      assertEquals("untouched", Files.readString(victim.resolve("file")));
      assertEquals(List.of("file"), List.of(victim.toFile().list()), making);
      assertTrue(Files.exists(lock, LinkOption.NOFOLLOW_LINKS), making);
      shell("rm -rf '" + support + "'; mkdir '" + support + "'");
    }
    assertDone(install("--uninstall", "--no-start"));
  }

  /** All find the lock of one that was killed; then some of those are killed too. */
  @ConcurrentTest
  void ofManyThatTakeOverOnlyOneWorks() throws Exception {
    Files.createDirectories(support);
    Files.createFile(support.resolve("kept"));
    Path taker = file("taker", TAKER);
    for (int round = 0; round < ROUNDS; round++) {
      Files.deleteIfExists(lock);
      Files.createSymbolicLink(lock, Path.of("999999,,round " + round));
      List<Process> all = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        all.add(start(taker, i % 2 == 0 ? "is killed" : "stays"));
      }
      for (Process one : all) {
        one.waitFor();
      }
      assertFalse(Files.exists(support.resolve("both")), "two had the lock");
      // Whatever they left, the next one gets it.
      assertEquals(0, start(taker, "stays").waitFor());
      try (Stream<Path> left = Files.list(support)) {
        assertEquals(List.of(support.resolve("kept")), left.toList());
      }
    }
  }

  private Process start(Path taker, String fate) throws Exception {
    List<String> command = new ArrayList<>(List.of(shell.split(" ")));
    command.addAll(List.of(taker.toString(), support.toString(), archive.toString(), fate));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return Script.start(builder);
  }

  /** It is killed where nothing can be tidied up, while another one tries again and again. */
  @ConcurrentTest
  void oneThatIsKilledAtAnyStepHindersNobody() throws Exception {
    installed();
    release("0.2.0");
    for (String tool : List.of("cp", "sync", "perl")) {
      Path real = putAside(tool);
      Path once = file("once " + tool, "");
      Script.write(
          bin.resolve(tool),
          "holder=$(readlink '%s') && /bin/rm '%s' 2>/dev/null && kill -9 \"${holder%%%%,*}\"\nexec '%s' \"$@\""
              .formatted(lock, once, real));
      assertEquals(137, install("--no-start").exit(), tool);
      assertTrue(Files.isSymbolicLink(lock), tool);
    }
    Ended last = install();
    assertDone(last);
    assertTrue(last.err().contains("was killed: its lock is taken over"), last::err);
    assertEquals(Path.of("releases/0.2.0"), current());
    assertFalse(Files.exists(lock, LinkOption.NOFOLLOW_LINKS));
    Patience.until(() -> launchd.pid() > 0);
  }

  /** After --purge the lock is that of whoever came next. */
  @ConcurrentTest
  void theLockOfAnotherStays() throws Exception {
    installed();
    Path real = putAside("rm");
    long me = ProcessHandle.current().pid();
    Script.write(
        bin.resolve("rm"),
        "'%s' \"$@\"\n[ -e '%s' ] || { mkdir '%s'; ln -s %d '%s'; }"
            .formatted(real, support, support, me, lock));
    Ended purged = install("--uninstall", "--purge");
    assertEquals(0, purged.exit(), purged::toString);
    assertEquals(Path.of(Long.toString(me)), Files.readSymbolicLink(lock));
  }

  private Ended shell(String command) throws Exception {
    return Script.run(temp, Map.of("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"), "sh", "-c", command);
  }
}
