package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnProcessTest {
  private static final Moment NOON = Moment.now();

  @TempDir private Path folder;

  @Test
  void linuxTellsTheMemoryAndTheWakeUpsOfEveryThread() throws Exception {
    Files.writeString(folder.resolve("status"), "VmHWM:\t  99 kB\nVmRSS:\t    61440 kB\n");
    for (String thread : List.of("7", "8")) {
      Files.writeString(
          Files.createDirectories(folder.resolve("task").resolve(thread)).resolve("status"),
          "voluntary_ctxt_switches:\t" + thread + "\nnonvoluntary_ctxt_switches:\t100\n");
    }
    Files.createDirectory(folder.resolve("task/9")); // it has ended
    OwnProcess process = new OwnProcess(folder, new Ps(folder.resolve("none")));
    assertEquals(61440L * 1024, process.residentBytes(NOON));
    assertEquals(15L, process.wakeUps());
  }

  /** There is no /proc on a Mac. */
  @Test
  void onAMacPsIsAskedForTheMemoryNowAndThen() {
    StubMac mac = new StubMac(folder);
    OwnProcess process =
        new OwnProcess(folder.resolve("proc"), new Ps(mac.script("/bin/ps", "echo ' 61440'")));
    assertEquals(61440L * 1024, process.residentBytes(NOON));
    assertEquals(61440L * 1024, process.residentBytes(NOON.plus(Duration.ofHours(3))));
    String call = "-o rss= -p " + ProcessHandle.current().pid();
    assertEquals(List.of(call), mac.argumentsOf("/bin/ps"));
    process.residentBytes(NOON.plus(Duration.ofHours(4)));
    assertEquals(List.of(call, call), mac.argumentsOf("/bin/ps"));
    assertNull(process.wakeUps());
  }

  @Test
  void whatIsNotToldIsNotKnown() {
    StubMac mac = new StubMac(folder);
    Path odd = mac.script("/bin/ps", "echo 'ps: illegal option'");
    assertNull(new OwnProcess(folder.resolve("proc"), new Ps(odd)).residentBytes(NOON));
    Path none = folder.resolve("none");
    assertNull(new OwnProcess(none, new Ps(none)).residentBytes(NOON));
    assertNull(new OwnProcess(folder, new Ps(none)).residentBytes(NOON));
  }

  @Test
  void thisSystemTellsSomething() {
    OwnProcess process = new OwnProcess();
    assertTrue(process.cpu().compareTo(Duration.ZERO) > 0);
    assertTrue(process.residentBytes(NOON) > 1 << 20);
  }
}
