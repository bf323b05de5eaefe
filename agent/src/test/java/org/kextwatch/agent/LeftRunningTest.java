package org.kextwatch.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.Nap;

/** A test that fails leaves nothing behind. */
final class LeftRunningTest {
  @TempDir private Path folder;

  @Test
  void aChildIsEnded() throws Exception {
    assertEnded(new ProcessBuilder("sh", "-c", "trap '' TERM; sleep 600; sleep 600").start().pid());
  }

  @Test
  void whatBelongsToNobodyAnyMoreIsEnded() throws Exception {
    String orphan = "(trap '' TERM HUP; exec sh '%s') </dev/null >/dev/null 2>&1 & echo $!";
    Path script =
        Files.writeString(folder.resolve("spins"), "while :; do sleep 0.01; done # " + folder);
    assertEnded(orphan(orphan.formatted(script)));
  }

  @Test
  void whatOnlyWorksInAFolderOfATestIsEnded() throws Exception {
    Nap nap = new Nap(); // by which it is found where the system does not tell the folder
    String line = "cd '%s'; exec sleep %s </dev/null >/dev/null 2>&1 & echo $!";
    assertEnded(orphan(line.formatted(folder, nap)));
  }

  private static long orphan(String line) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", line).start();
    String pid = new String(shell.getInputStream().readAllBytes(), US_ASCII).strip();
    assertEquals(0, shell.waitFor());
    return Long.parseLong(pid);
  }

  private static void assertEnded(long pid) throws IOException {
    assertTrue(ProcessHandle.of(pid).isPresent());
    LeftRunning.end();
    Patience.until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    assertEquals(List.of(), Patience.until(LeftRunning::find, List::isEmpty));
  }
}
