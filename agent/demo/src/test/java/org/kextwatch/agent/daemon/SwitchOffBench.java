package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.simulator.SimulatedExtensions.ENDPOINT_SECURITY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.program.Approval;
import org.kextwatch.program.BenchProgress;
import org.kextwatch.program.BenchTable;
import org.kextwatch.program.Rig;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.ToolCall;

/**
 * How long it takes until the operator knows that a user has moved the switch of Defender's
 * extension, and what watching for it costs. The daemons have the tick and the intervals of a real
 * Mac; several Macs live side by side, because most of the time is waiting. Runs with {@code
 * -Pbench} only; {@code -Dbench.runs} says how many switches are moved, ten at a time: each ten
 * take about 40 s, and the quiet Mac at least 150 s.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class SwitchOffBench {
  private static final int RUNS = Integer.getInteger("bench.runs", 50);
  private static final int MACS = 10;

  /** From the change of db.plist to the event, p99: a tick, and the time that its looks take. */
  private static final Duration BOUND = Duration.ofSeconds(35);

  private static final int QUIET_TICKS = 4;

  @TempDir private Path folder;

  private final BenchProgress progress = new BenchProgress("switches", RUNS / MACS * MACS);

  /** The start of so many daemons at once is not what is measured. */
  private final CyclicBarrier allStarted = new CyclicBarrier(MACS + 1);

  @Test
  void everySwitchIsToldInTimeAndAQuietMacStartsNoProcess() throws Exception {
    ExecutorService macs = Executors.newFixedThreadPool(MACS + 1);
    try {
      Future<Integer> quiet = macs.submit(this::callsOnAQuietMac);
      List<Future<List<Duration>>> lives = new ArrayList<>();
      for (int i = 0; i < MACS; i++) {
        int number = i;
        lives.add(macs.submit(() -> switches(number)));
      }
      List<Duration> times = new ArrayList<>();
      for (Future<List<Duration>> life : lives) {
        times.addAll(life.get());
      }
      BenchTable table = new BenchTable();
      table.head(times.size() + " switches, milliseconds");
      table.row("change of db.plist to the event at the receiver", times);
      table.fact(
          "processes started in %d ticks of a quiet Mac".formatted(QUIET_TICKS), "" + quiet.get());
      table.print("switch-off-bench.txt");
      assertEquals(RUNS / MACS * MACS, times.size());
      assertTrue(BenchTable.rank(times, 0.99).compareTo(BOUND) <= 0, times::toString);
      assertEquals(0, quiet.get());
    } finally {
      macs.shutdownNow();
    }
  }

  /** One Mac, whose user moves the switch off and on, at any moment of a tick. */
  private List<Duration> switches(int number) throws Exception {
    Random random = new Random(number);
    List<Duration> times = new ArrayList<>();
    try (Rig rig = rig("mac-" + number);
        AgentProcess agent = start(rig)) {
      allStarted.await();
      for (int i = 0; i < RUNS / MACS; i++) {
        Thread.sleep(random.nextLong(Schedule.TICK.toMillis()));
        int known = i;
        Instant moved = Instant.now();
        move(rig, i % 2 == 1);
        Delivery told =
            Patience.until(
                    () -> rig.inbound.ofType("status.changed"), events -> events.size() > known)
                .get(known);
        String expected = i % 2 == 1 ? "\"state\":\"active\"" : "\"state\":\"disabled\"";
        assertTrue(told.body().contains(expected), told::body);
        times.add(Duration.between(moved, told.receivedAt()));
        progress.step();
      }
      rig.stop(agent);
      assertEquals(List.of(), rig.inbound.flaws());
    }
    return times;
  }

  private static void move(Rig rig, boolean on) {
    if (on) {
      rig.mac.systemExtensions().switchOn(ENDPOINT_SECURITY);
    } else {
      rig.mac.systemExtensions().switchOff(ENDPOINT_SECURITY);
    }
  }

  /** Between two full looks, which ask Defender. */
  private int callsOnAQuietMac() throws Exception {
    try (Rig rig = rig("quiet");
        AgentProcess agent = start(rig)) {
      allStarted.await();
      Thread.sleep(Schedule.TICK.toMillis()); // the first look is over in all its parts
      List<ToolCall> calls;
      do {
        int before = rig.mac.calls().size();
        Thread.sleep(QUIET_TICKS * Schedule.TICK.toMillis());
        List<ToolCall> all = rig.mac.calls();
        calls = all.subList(before, all.size());
      } while (calls.stream().anyMatch(call -> call.tool().equals("mdatp")));
      rig.stop(agent);
      return calls.size();
    }
  }

  private Rig rig(String name) throws IOException {
    Rig rig = Rig.overTls(Files.createDirectory(folder.resolve(name)), MacModel.SEQUOIA);
    rig.settings(Approval.AS_SHIPPED);
    return rig;
  }

  /** Started, and through with its first look. */
  private static AgentProcess start(Rig rig) throws IOException {
    AgentProcess agent = rig.start(RealTickDaemon.program());
    Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
    Patience.until(() -> Files.exists(status));
    return agent;
  }
}
