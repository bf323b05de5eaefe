package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.doctor.HostileUser;
import org.kextwatch.agent.mac.Owner;

/**
 * An install, a rollback or a removal is killed before a tool that it runs, with all that it has
 * started or only its shell, whose tool then goes on. Another one waits for its lock: it is turned
 * away until then, and then does its work as if nothing had been. In the long form of the tests
 * that is so before each tool, in each shell.
 */
class KilledInstallIT extends KilledInstall {
  /** So many tools before the one that asks when the process began, right before the lock. */
  private static final int BEFORE_THE_LOCK = 25;

  private static final int TRIES = 5;

  private static final List<Deed> WAITING =
      List.of(Deed.ANOTHER_UPGRADE, Deed.REMOVAL, Deed.ROLLBACK, Deed.PURGE);

  @ConcurrentTest
  void aFirstInstall() throws Exception {
    killed(Deed.FIRST, "cat");
  }

  @ConcurrentTest
  void anUpgrade() throws Exception {
    killed(Deed.UPGRADE, "cat");
  }

  @ConcurrentTest
  void aRollback() throws Exception {
    killed(Deed.ROLLBACK, "perl");
  }

  @ConcurrentTest
  void aRemoval() throws Exception {
    killed(Deed.REMOVAL, "readlink");
  }

  @ConcurrentTest
  void aRemovalOfAll() throws Exception {
    killed(Deed.PURGE, "rm");
  }

  /** A cp that goes on after its shell was killed, while the next install copies too. */
  @ConcurrentTest
  void whatItsToolsStillWriteIsInNoOtherRelease() throws Exception {
    anew(Deed.UPGRADE);
    Path real = bin.resolve("real/cp");
    Script.write(
        bin.resolve("cp"),
        """
        case "$*" in
          *releases/.new*)
            if mkdir 'FOLDER/first' 2>/dev/null; then
              read -r shell <'FOLDER/pid'
              'REAL' -R "$2" 'FOLDER/release' # in the midst of it what it copies cannot be removed
              kill -9 "${shell}"
              until [ -e 'FOLDER/go' ]; do /bin/sleep 0.01; done
              'REAL' -R 'FOLDER/release' "$3"
              : >'FOLDER/gone'
              exit
            fi
            : >'FOLDER/go'
            until [ -e 'FOLDER/gone' ]; do /bin/sleep 0.01; done
            ;;
        esac
        exec 'REAL' "$@"
        """
            .replace("FOLDER", folder.toString())
            .replace("REAL", real.toString()));
    assertEquals(137, begin(Deed.UPGRADE, archives[0], "0", "shell").exit());
    Ended next = go(Deed.ANOTHER_UPGRADE, archives[1], shell);
    assertEquals(0, next.exit(), next::toString);
    assertWhole(support.resolve(current()));
    Ended last = go(Deed.ANOTHER_UPGRADE, archives[1], shell); // and removes what that cp has left
    assertAsIfNothingHadBeen(Deed.ANOTHER_UPGRADE, last);
  }

  /** It was killed before it could see that its release does not start. */
  @ConcurrentTest
  void aReleaseThatHasNeverStartedIsNoneToGoBackTo() throws Exception {
    anew(Deed.ROLLBACK);
    begin(Deed.ROLLBACK, archives[0], "0", "group");
    int link = Files.readAllLines(folder.resolve("steps")).indexOf("perl") + 1;
    anew(Deed.ROLLBACK);
    Ended killed = begin(Deed.ROLLBACK, archives[0], Integer.toString(link + 1), "group");
    assertEquals(137, killed.exit(), killed::toString);
    assertEquals("0.3.0", version(current()));
    assertAsIfNothingHadBeen(Deed.ROLLBACK, go(Deed.ROLLBACK, archives[1], shell));
    assertEquals("0.1.0", version(current()));
  }

  /** In /tmp everybody can make what has the name of one that was killed. */
  @ConcurrentTest
  void ofTheFoldersInTmpOnlyOursOfTheDeadAreRemoved() throws Exception {
    Process dead = Script.start(new ProcessBuilder("true"));
    dead.waitFor();
    Path victim = Files.createDirectory(folder.resolve("victim"));
    Path file = Files.createFile(victim.resolve("file"));
    String name = "/tmp/kextwatch." + dead.pid();
    Path ours = Files.createDirectory(Path.of(name + ".ours"));
    Path link = Files.createSymbolicLink(Path.of(name + ".link"), victim);
    Path theirs = Files.createDirectory(Path.of(name + ".theirs"));
    Path alive = Path.of("/tmp/kextwatch." + ProcessHandle.current().pid() + "." + dead.pid());
    Files.createDirectory(alive);
    HostileUser.give(theirs);
    try {
      anew(Deed.UPGRADE);
      assertEquals(0, go(Deed.UPGRADE, archives[0], shell).exit());
      assertFalse(Files.exists(ours));
      assertTrue(Files.exists(file));
      assertTrue(Files.isSymbolicLink(link));
      assertTrue(Files.exists(alive));
      assertEquals(Owner.current().isRoot(), Files.exists(theirs));
    } finally {
      run("rm -rf", ours, link, theirs, alive);
    }
  }

  /** In the short form before the last use of the named tool. */
  private void killed(Deed deed, String tool) throws Exception {
    anew(deed);
    Ended undisturbed = begin(deed, archives[0], "0", "group");
    assertEquals(deed == Deed.ROLLBACK ? 70 : 0, undisturbed.exit(), undisturbed::toString);
    List<String> steps = Files.readAllLines(folder.resolve("steps"));
    int first = steps.indexOf("ps") + 1 - BEFORE_THE_LOCK;
    int last = steps.lastIndexOf(tool) + 1;
    int[] moments =
        Script.isLong() ? IntStream.rangeClosed(first, steps.size()).toArray() : new int[] {last};
    int tries = 0;
    for (int moment : moments) {
      for (String how : List.of("group", "shell")) {
        Deed waiting = WAITING.get((moment + shell.length()) % WAITING.size());
        anew(deed);
        String said = "%s before step %d (%s) with %s".formatted(deed, moment, how, waiting);
        Ended killed = attempt(deed, waiting, moment, how);
        for (int more = 0; killed.exit() != 137 && more < TRIES; more++) {
          anew(deed); // two tools that ran at once were counted as the second one
          killed = attempt(deed, waiting, moment, how);
        }
        assertEquals(137, killed.exit(), said + killed);
        Ended after = go(waiting, archives[1], shell);
        try {
          assertAsIfNothingHadBeen(waiting, after);
          boolean ranBefore = deed == Deed.UPGRADE || deed == Deed.ROLLBACK;
          assertTrue(waiting.isRemoval() || !ranBefore || Files.exists(job()), "nothing runs");
        } catch (AssertionError | IOException e) {
          throw new AssertionError(said + " " + after, e);
        }
        tries++;
      }
    }
    if (Script.isLong()) {
      System.out.printf("%s: %s was killed %d times%n", shell, deed, tries);
    }
  }
}
