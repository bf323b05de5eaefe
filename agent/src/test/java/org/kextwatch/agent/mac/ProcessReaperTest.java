package org.kextwatch.agent.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;

final class ProcessReaperTest {
  private static final String MARKER = "0f1e2d3c-4b5a-5697-8899-aabbccddeeff";

  @TempDir private Path folder;
  private Process survivor;

  @BeforeEach
  void aProcessOfTheRun() throws Exception {
    ProcessBuilder sleep = new ProcessBuilder("/bin/sleep", "600");
    sleep.environment().put(ToolRunner.RUN_MARKER, MARKER);
    survivor = sleep.start();
  }

  @AfterEach
  void end() {
    survivor.destroyForcibly();
  }

  @Test
  void thisSystemShowsTheProcessesOfARunAndOfNoOther() {
    ProcessReaper survivors = ProcessReaper.ofThisSystem();

    assertEquals(List.of(survivor.toHandle()), survivors.find(MARKER));
    assertEquals(List.of(), survivors.find(MARKER.replace('0', '1')));
  }

  /** As Linux shows it while the program is exchanged. */
  @Test
  void aProcessThatBecomesAnotherProgramIsLookedAtAgain() throws Exception {
    Path process = Files.createDirectory(folder.resolve("" + survivor.pid()));
    Files.createSymbolicLink(process.resolve("exe"), Path.of("/bin/sleep"));
    Iterator<String> environments =
        List.of("", "", ToolRunner.RUN_MARKER + "=" + MARKER).iterator();

    List<ProcessHandle> found =
        new ProcessReaper.InProc(folder, file -> environments.next().getBytes(UTF_8)).find(MARKER);

    assertEquals(List.of(survivor.toHandle()), found);
  }

  @Test
  void killingThemLeavesNone() throws InterruptedException {
    ProcessReaper.ofThisSystem().kill(MARKER);

    assertEquals(128 + 9, survivor.waitFor());
  }

  @Test
  void aListingNamesTheProcessesWhoseEnvironmentCarriesTheMarker() {
    String listing =
        """
            1 /sbin/launchd PATH=/bin
        %7d /bin/sleep 600 HOME=/var/empty KEXTWATCH_RUN=%s LANG=C
        %d /bin/sh KEXTWATCH_RUN=another
        """
            .formatted(survivor.pid(), MARKER, ProcessHandle.current().pid());

    assertEquals(List.of(survivor.toHandle()), PsFinder.parse(listing, MARKER));
  }

  @Test
  void aListingThatIsNoneNamesNobody() {
    String mark = "KEXTWATCH_RUN=" + MARKER;

    assertEquals(List.of(), PsFinder.parse("", MARKER));
    assertEquals(List.of(), PsFinder.parse("ps: illegal option -- E " + mark, MARKER));
    assertEquals(List.of(), PsFinder.parse("99999999999999999999999 x " + mark, MARKER));
    assertEquals(List.of(), PsFinder.parse("4194305 ended meanwhile " + mark, MARKER));
  }

  @Test
  void psIsAskedForEveryEnvironment() {
    StubMac mac = new StubMac(folder);
    Path ps =
        mac.script("/bin/ps", "echo '" + survivor.pid() + " sleep KEXTWATCH_RUN=" + MARKER + "'");

    assertEquals(List.of(survivor.toHandle()), new PsFinder(new Ps(ps)).find(MARKER));
  }

  @Test
  void aPsThatHangsOrIsMissingShowsNobodyAndHoldsNobodyUp() {
    Path ps = new StubMac(folder).script("/bin/ps", "exec sleep 600");

    long start = System.nanoTime();

    assertEquals(List.of(), new PsFinder(new Ps(ps)).find(MARKER));
    assertEquals(List.of(), new PsFinder(new Ps(folder.resolve("none"))).find(MARKER));
    assertTrue(Duration.ofNanos(System.nanoTime() - start).compareTo(Patience.AMPLE) < 0);
  }
}
