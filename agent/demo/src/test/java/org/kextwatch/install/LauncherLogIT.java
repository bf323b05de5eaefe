package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The log that launchd writes to is cut when launchd starts the program, in every shell. */
class LauncherLogIT extends LaunchedProgram {
  private static final int LONGEST = 262_144;
  private static final int KEPT = 65_536;

  private Path log;

  @BeforeEach
  void installOnAMac() throws Exception {
    Path mac = moveOntoAMac();
    record(java("runtime", "17", "echo runs; echo speaks >&2").toString());
    log = Files.createDirectories(mac.resolve("Library/Logs/Kextwatch")).resolve("launchd.log");
  }

  private void record(String content) throws IOException {
    Files.writeString(home.resolve("java-home"), content);
  }

  /** This process stands for launchd, and a second for its long pause. */
  private void startedByLaunchd() throws IOException {
    String me = "\nlaunchd=" + ProcessHandle.current().pid() + " ";
    String text = Files.readString(launcher);
    Files.writeString(launcher, text.replace("\nlaunchd=1 ", me).replace("quiet=900", "quiet=0"));
  }

  private static String lines(int length) {
    return "0123456789abcde\n".repeat(length / 16);
  }

  @Test
  void oneThatIsTooLongIsCutAndItsEndIsKept() throws Exception {
    startedByLaunchd();
    Files.writeString(log, "old" + lines(LONGEST));
    assertEquals("", succeed("run"), "what Java says goes into the file");
    assertEquals("runs\nspeaks\n", Files.readString(log));
    assertEquals(lines(KEPT), Files.readString(log.resolveSibling("launchd.log.old")));
  }

  @Test
  void aProgramThatCannotStartDoesNotFillIt() throws Exception {
    startedByLaunchd();
    record("/nowhere");
    for (int i = 0; i < 3; i++) {
      Files.writeString(log, lines(LONGEST) + "more");
      assertEquals(70, run("run").exit());
      assertTrue(Files.readString(log).startsWith("kextwatch: the Java recorded"));
    }
    assertEquals(KEPT, Files.size(log.resolveSibling("launchd.log.old")));
  }

  /** What somebody has put there before, when the folder was not yet root's alone. */
  @Test
  void whatBearsTheNameOfTheOldOneIsReplacedAndNotFollowed() throws Exception {
    startedByLaunchd();
    Path old = log.resolveSibling("launchd.log.old");
    Path victim = Files.writeString(temp.toRealPath().resolve("victim"), "untouched");
    for (String trap : List.of("ln -s '%2$s' '%1$s'", "ln '%2$s' '%1$s'", "mkfifo '%1$s'")) {
      Files.deleteIfExists(old);
      Ended set = Script.run(temp, Map.of(), "/bin/sh", "-c", trap.formatted(old, victim));
      assertEquals(new Ended(0, "", ""), set);
      Files.writeString(log, lines(LONGEST) + "more");
      succeed("run");
      assertEquals("untouched", Files.readString(victim));
      assertEquals(KEPT, Files.size(old));
    }
  }

  @Test
  void oneThatIsNotTooLongStays() throws Exception {
    startedByLaunchd();
    String text = lines(LONGEST);
    Files.writeString(log, text);
    assertEquals("runs\n", run("run").out());
    assertEquals(text, Files.readString(log));
    Files.delete(log);
    assertEquals("runs\n", run("run").out());
    assertFalse(Files.exists(log));
  }

  @Test
  void onlyLaunchdsStartCutsIt() throws Exception {
    String text = lines(LONGEST) + "more";
    Files.writeString(log, text);
    assertEquals("runs\n", run("run").out());
    startedByLaunchd();
    assertEquals("runs\n", run("status").out());
    assertEquals(text, Files.readString(log));
  }

  @Test
  void aLinkIsNotCut() throws Exception {
    startedByLaunchd();
    Path elsewhere = Files.writeString(temp.resolve("elsewhere"), lines(LONGEST) + "more");
    Files.createSymbolicLink(log, elsewhere);
    assertEquals("runs\n", run("run").out());
    assertEquals(LONGEST + 4, Files.size(elsewhere));
  }
}
