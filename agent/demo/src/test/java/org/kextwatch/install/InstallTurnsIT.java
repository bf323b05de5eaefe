package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** Several install.sh at once on one Mac, in every shell: only one works, and the others say so. */
class InstallTurnsIT extends InstalledMac {
  private static final String BUSY = "is at work on this Mac, and nothing has been changed";

  private final ExecutorService others = Executors.newFixedThreadPool(4);
  private Path lock;

  @BeforeEach
  void nameTheLock() {
    lock = support.resolve(".installing");
  }

  @AfterEach
  void endAll() {
    others.shutdownNow();
  }

  @ConcurrentTest
  void whoComesSecondIsTurnedAway() throws Exception {
    installed();
    release("0.2.0");
    Path reached = temp.toRealPath().resolve("reached");
    Path go = temp.toRealPath().resolve("go");
    Path perl = putAside("perl");
    Script.write(
        bin.resolve("perl"),
        """
        : >'%s'
        tries=0
        until [ -e '%s' ] || [ "$tries" -ge 3000 ]; do
          tries=$((tries + 1))
          /bin/sleep 0.02
        done
        exec '%s' "$@"
        """
            .formatted(reached, go, perl));

    Future<Ended> first = others.submit(() -> install());
    Patience.until(() -> Files.exists(reached) || first.isDone());
    Files.createFile(support.resolve("releases/0.1.0/classes.jsa.new")); // the first makes it
    Path encoded = mac.resolve("Library/Application%20Support");
    Files.createSymbolicLink(encoded, Path.of("Application Support"));
    Map<String, String> before = everything();
    String holder = Files.readSymbolicLink(lock).toString();
    String who = "another install.sh (process " + holder.replaceFirst(",.*", "") + ") " + BUSY;
    assertFailed(70, who, install());
    assertFailed(70, who, install("--uninstall", "--purge"));
    assertEquals(before, everything());
    assertTrue(install("--dry-run").err().isEmpty());
    assertTrue(install("--status").out().startsWith("Release: 0.1.0"));

    Files.createFile(go);
    assertDone(first.get());
    assertFalse(Files.isSymbolicLink(encoded));
    assertFalse(Files.exists(lock, LinkOption.NOFOLLOW_LINKS));
    assertEquals(Path.of("releases/0.2.0"), current());
    assertDone(install());
  }

  @ConcurrentTest
  void ofManyAtOnceEachInstallsOrIsTurnedAway() throws Exception {
    Object[] options = {"--java", runtime, "--endpoint", "https://hooks.example.com/kextwatch"};
    List<Future<Ended>> all =
        Stream.generate(() -> others.submit(() -> install(options))).limit(4).toList();
    int done = 0;
    for (Future<Ended> one : all) {
      Ended ended = one.get();
      if (ended.exit() == 0) {
        done++;
      } else {
        assertFailed(70, BUSY, ended);
      }
    }
    assertTrue(done > 0);
    assertEquals(Path.of("releases/0.1.0"), current());
    assertTrue(launchd.pid() > 0);
    assertEquals(
        List.of(),
        everything().keySet().stream()
            .filter(file -> file.matches(".*(\\.new|\\.installing.*|0\\.1\\.0-2)"))
            .toList());
  }

  @ConcurrentTest
  void theLockOfOneThatWasKilledIsTakenOver() throws Exception {
    Process gone = Script.start(new ProcessBuilder("true"));
    gone.waitFor();
    Files.createDirectories(support);
    Files.createSymbolicLink(lock, Path.of(Long.toString(gone.pid())));
    Ended ended = install("--java", runtime);
    assertDone(ended);
    assertTrue(
        ended.err().contains("(process " + gone.pid() + ") was killed: its lock is taken over"),
        ended::err);
    try (Stream<Path> files = Files.list(support)) {
      assertEquals(
          List.of("current", "releases", "status.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  /** Process numbers are used again, and by another program after each boot. */
  @ConcurrentTest
  void whetherALockHoldsIsToldByProcessBootAndStart() throws Exception {
    installed();
    Path taken = temp.toRealPath().resolve("taken");
    release("0.2.0");
    Script.write(bin.resolve("sync"), "readlink '%s' >'%s'".formatted(lock, taken));
    assertDone(install());
    String[] own = Files.readString(taken).split(",", -1);
    assertEquals(3, own.length);
    assertEquals(BOOT, own[1]);
    assertTrue(own[2].startsWith("tick "), own[2]);

    long me = ProcessHandle.current().pid();
    Ended asked =
        Script.run(temp, environment, shell, bin.resolve("ps"), "-o", "lstart=", "-p", me);
    String start = asked.out().strip();
    String before = "7D8D6A0B-1B4D-4D38-8B7E-0A1B2C3D4E5F";
    List<String> held =
        List.of(
            me + "," + BOOT + "," + start,
            me + ",," + start,
            me + "," + BOOT + ",",
            me + ",,",
            Long.toString(me));
    List<String> left =
        List.of(
            me + "," + BOOT + ",tick 1",
            me + ",,tick 1",
            me + "," + before + "," + start,
            me + "," + before + ",");
    for (String holder : held) {
      Files.createSymbolicLink(lock, Path.of(holder));
      assertFailed(70, "another install.sh (process " + me + ") " + BUSY, install("--uninstall"));
      Files.delete(lock);
    }
    for (String holder : left) {
      Files.createSymbolicLink(lock, Path.of(holder));
      Ended ended = install("--uninstall");
      assertDone(ended);
      String told = "(process " + me + ") was killed: its lock is taken over";
      assertTrue(ended.err().contains(told), ended::err);
    }
  }

  @ConcurrentTest
  void aMacThatTellsNeitherBootNorStartIsJudgedByTheProcessAlone() throws Exception {
    Files.delete(mac.resolve("usr/sbin/sysctl"));
    Files.delete(bin.resolve("ps"));
    Files.createDirectories(support);
    long me = ProcessHandle.current().pid();
    Files.createSymbolicLink(lock, Path.of(me + "," + BOOT + ",tick 1"));
    assertFailed(70, BUSY, install("--java", runtime));
    Files.delete(lock);
    installFirst();
  }

  @ConcurrentTest
  void aLockThatTellsNoProcessIsRespectedAndNamed() throws Exception {
    Files.createDirectories(support);
    Files.createSymbolicLink(lock, Path.of("somebody"));
    assertFailed(70, "if there is none, remove " + lock, install("--java", runtime));
    assertTrue(Files.isSymbolicLink(lock));
    Files.delete(lock);
    Files.createFile(lock);
    assertFailed(70, "if there is none, remove " + lock, install("--java", runtime));
  }

  @ConcurrentTest
  void whatIsRefusedLeavesNoLock() throws Exception {
    Files.createDirectories(support);
    installed();
    release("0.3.0");
    assertEquals(70, install().exit(), "it does not start");
    assertFalse(Files.exists(lock, LinkOption.NOFOLLOW_LINKS));
    assertDone(install("--uninstall", "--purge"));
    assertFalse(Files.exists(support));
  }
}
