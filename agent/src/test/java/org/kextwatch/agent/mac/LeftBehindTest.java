package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;

/** What a tool has left dies where it could disturb, and nobody waits long for that. */
final class LeftBehindTest {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration AMPLE = Duration.ofSeconds(30);

  /** The time of a run besides its own, on a busy machine; the naps take years. */
  private static final Duration KILLING = Patience.AMPLE;

  private final Nap nap = new Nap();

  private StubMac mac;
  private OutputReaders readers;

  @BeforeEach
  void aMac(@TempDir Path folder) {
    mac = new StubMac(folder);
    readers = new OutputReaders(folder.resolve("may-end"));
  }

  @Test
  void aToolThatHangsIsEnded() {
    mac.tool(Tool.SYSCTL, "exec sleep " + nap);

    assertInstanceOf(ToolRun.TimedOut.class, run(SHORT));
  }

  @Test
  void aToolThatIgnoresTheRequestToEndIsKilled() {
    mac.tool(Tool.SYSCTL, "trap '' TERM", "echo deaf", "sleep " + nap, "sleep " + nap);

    assertEquals(new ToolRun.TimedOut("deaf\n", ""), run(SHORT));
  }

  @Test
  void aChildThatHoldsTheOutputOpenDoesNotHoldUsUp() {
    mac.tool(Tool.SYSCTL, readers.waits(), "sleep " + nap + " &", "echo done");
    readers.watch();

    assertEquals(new ToolRun.Finished(0, "done\n", ""), run(AMPLE));
  }

  @Test
  void aGrandchildThatBelongsToNobodyAnyMoreIsFoundAfterATimeout() {
    mac.tool(
        Tool.SYSCTL,
        "setsid=$(command -v setsid)", // a Mac has none
        "($setsid nohup sleep " + nap + " </dev/null >/dev/null 2>&1 &)",
        "echo done",
        "sleep " + nap);

    assertEquals(new ToolRun.TimedOut("done\n", ""), run(SHORT));
  }

  /** Half of them belong to nobody any more. */
  @Test
  void aHundredProcessesOfAToolThatHangsAreAllKilled() {
    mac.tool(
        Tool.SYSCTL,
        "trap '' TERM",
        "i=0",
        "while [ $i -lt 50 ]; do sleep " + nap + " & (sleep " + nap + " &); i=$((i+1)); done",
        "echo all",
        "sleep " + nap);

    ToolRun run;
    Duration time = SHORT;
    do {
      run = run(time); // a busy machine may need longer to start them all
      time = time.multipliedBy(3);
    } while (!run.equals(new ToolRun.TimedOut("all\n", "")) && time.compareTo(KILLING) < 0);
    assertEquals(new ToolRun.TimedOut("all\n", ""), run);
  }

  @Test
  void aToolThatClosesItsOutputAndHangsIsEnded() {
    mac.tool(Tool.SYSCTL, "exec sleep " + nap + " >&- 2>&-");

    assertEquals(new ToolRun.TimedOut("", ""), run(SHORT));
  }

  /** On a Mac each look for them is a ps of all processes. */
  @Test
  void afterAToolThatEndedAndClosedItsOutputNobodyIsLookedFor() {
    List<String> looks = new ArrayList<>();
    ToolRunner tools = new ToolRunner(mac.root(), counting(looks));
    mac.tool(Tool.SYSCTL, "(sleep " + nap + " </dev/null >/dev/null 2>&1 &)", "echo done; exit 3");

    assertEquals(new ToolRun.Finished(3, "done\n", ""), tools.run(Tool.SYSCTL, AMPLE, List.of()));

    nap.end();
    assertEquals(List.of(), looks);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exec sleep %s", "sleep %s &", "sleep %s >/dev/null &"})
  void afterAnyOtherTheyAreLookedForOnce(String script) {
    List<String> looks = new ArrayList<>();
    ToolRunner tools = new ToolRunner(mac.root(), counting(looks));
    mac.tool(Tool.SYSCTL, readers.waits(), script.formatted(nap));
    readers.watch();

    tools.run(Tool.SYSCTL, SHORT, List.of());

    nap.end();
    assertEquals(1, looks.size());
  }

  private static ProcessReaper counting(List<String> looks) {
    return marker -> {
      looks.add(marker);
      return List.of();
    };
  }

  @Test
  void aChildWithoutTheMarkerIsKilledWithAToolThatHangs() {
    mac.tool(Tool.SYSCTL, "env -i sleep " + nap);

    assertInstanceOf(ToolRun.TimedOut.class, run(SHORT));
  }

  /** Without the marker and without parents it is not found; that much is given up. */
  @Test
  void aGrandchildThatHidesFromUsDoesNotHoldUsUpEither() {
    mac.tool(Tool.SYSCTL, "(env -i sleep " + nap + " &)", "echo done");

    long start = System.nanoTime();
    ToolRun run = mac.tools().run(Tool.SYSCTL, AMPLE, List.of());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    nap.end();

    assertEquals(new ToolRun.Finished(0, "done\n", ""), run);
    assertTrue(took.compareTo(KILLING) < 0, () -> "took " + took);
  }

  @Test
  void aChildThatPrintsForEverIsStopped() {
    mac.tool(Tool.SYSCTL, "sh -c 'while :; do echo " + nap + "; done' " + nap + " &", "echo done");

    ToolRun.Finished run = assertInstanceOf(ToolRun.Finished.class, run(AMPLE));

    assertTrue(run.stdout().length() <= BoundedOutput.LIMIT_BYTES);
  }

  @Test
  void anInterruptKillsTheToolAndIsPassedOn() throws InterruptedException {
    mac.tool(Tool.SYSCTL, "sleep " + nap + " &", "sleep " + nap);
    AtomicReference<ToolRun> run = new AtomicReference<>();
    AtomicBoolean passedOn = new AtomicBoolean();
    Thread cycle =
        new Thread(
            () -> {
              run.set(mac.tools().run(Tool.SYSCTL, AMPLE, List.of()));
              passedOn.set(Thread.currentThread().isInterrupted());
            });
    cycle.start();
    Patience.until(nap::alive, sleepers -> sleepers.size() >= 2);

    cycle.interrupt();
    cycle.join(KILLING.toMillis());

    assertEquals(
        ToolRun.FailureCause.INTERRUPTED,
        assertInstanceOf(ToolRun.NotRun.class, run.get()).cause());
    assertTrue(passedOn.get());
    nap.assertNobodyIsLeft();
  }

  @Test
  void anInterruptThatCameBeforeLetsNothingRunOn() {
    mac.tool(Tool.SYSCTL, "sleep " + nap);

    Thread.currentThread().interrupt();
    ToolRun run = mac.tools().run(Tool.SYSCTL, AMPLE, List.of());

    assertTrue(Thread.interrupted());
    assertEquals(
        ToolRun.FailureCause.INTERRUPTED, assertInstanceOf(ToolRun.NotRun.class, run).cause());
    nap.assertNobodyIsLeft();
  }

  @Test
  void stopEndsTheToolThatRunsAndLetsNoOtherStart() throws InterruptedException {
    mac.tool(Tool.SYSCTL, "trap '' TERM", "sleep " + nap + " &", "sleep " + nap);
    ToolRunner tools = mac.tools();
    AtomicReference<ToolRun> run = new AtomicReference<>();
    Thread cycle = new Thread(() -> run.set(tools.run(Tool.SYSCTL, AMPLE, List.of())));
    cycle.start();
    Patience.until(nap::alive, sleepers -> sleepers.size() >= 2);

    tools.stop();
    cycle.join(KILLING.toMillis());

    assertEquals(
        ToolRun.FailureCause.INTERRUPTED,
        assertInstanceOf(ToolRun.NotRun.class, run.get()).cause());
    assertTrue(tools.isStopped());
    assertEquals(
        ToolRun.FailureCause.INTERRUPTED,
        assertInstanceOf(ToolRun.NotRun.class, tools.run(Tool.SYSCTL, AMPLE, List.of())).cause());
    nap.assertNobodyIsLeft();
  }

  private ToolRun run(Duration timeout) {
    long start = System.nanoTime();
    ToolRun run = mac.tools().run(Tool.SYSCTL, timeout, List.of());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(SHORT.plus(KILLING)) < 0, () -> "took " + took);
    nap.assertNobodyIsLeft();
    return run;
  }
}
