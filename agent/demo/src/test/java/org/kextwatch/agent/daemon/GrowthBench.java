package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.Figures;
import org.kextwatch.program.ProcessCost;
import org.kextwatch.program.Rig;

/**
 * How the cost of the daemon, started as it is shipped, grows with what is around it: linearly at
 * most. It looks each second. Runs with {@code -Pbench} only; {@code -Dbench.growth} says for how
 * many seconds each time; with 60 it takes about 15 minutes.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class GrowthBench {
  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("bench.growth", 60));

  /** What the same measurement may differ by from one time to the next, as a part of it. */
  private static final double NOISE = 0.25;

  private static final Map<String, Object> SETTINGS =
      Map.of(
          "spool",
          Map.of("maxEvents", 20_000, "maxBytes", 1 << 30),
          "loadApprovedExtension",
          false);

  @TempDir private Path folder;

  private final List<Process> crowd = new ArrayList<>();
  private final List<String> table = new ArrayList<>();

  /** What stands around the daemon before it starts. */
  private interface Surroundings {
    void of(Rig rig) throws Exception;
  }

  /** CPU of one look, memory, and what is held, at the end. */
  private record Cost(double millis, double anonymous, int descriptors, double start) {}

  @Test
  void itGrowsLinearlyAtMost() throws Exception {
    table.add("| | ms of own processor time a look | anonymous, MiB | descriptors | start, s |");
    table.add("|---|---|---|---|---|");
    grows("events in the spool", List.of(10, 1_000, 20_000), this::backlog);
    grows("rows in KextPolicy, approval awaited", List.of(1, 500, 5_000), GrowthBench::rows);
    grows("processes on the machine", List.of(50, 500, 2_000), this::processes);
    Figures.write("GrowthBench", TIME.toSeconds() + " s each", String.join("\n", table) + "\n");
  }

  private interface Sized {
    void of(Rig rig, int size) throws Exception;
  }

  private void grows(String what, List<Integer> sizes, Sized around) throws Exception {
    List<Cost> costs = new ArrayList<>();
    for (int size : sizes) {
      Cost cost = measure(rig -> around.of(rig, size));
      costs.add(cost);
      table.add(
          String.format(
              Locale.ROOT,
              "| %,d %s | %.1f | %.1f | %d | %.1f |",
              size,
              what,
              cost.millis,
              cost.anonymous,
              cost.descriptors,
              cost.start));
      System.out.println(table.get(table.size() - 1));
    }
    Cost first = costs.get(0);
    Cost last = costs.get(costs.size() - 1);
    assertLinearAtMost("processor, " + what, sizes, costs.stream().map(Cost::millis).toList());
    assertLinearAtMost("start, " + what, sizes, costs.stream().map(Cost::start).toList());
    assertLinearAtMost("memory, " + what, sizes, costs.stream().map(Cost::anonymous).toList());
    assertTrue(last.anonymous < 64, what + ": " + costs); // the heap has a bound
    assertTrue(last.descriptors < first.descriptors + 8, what + ": " + costs);
  }

  /**
   * The third is not above the line through the first two. If these are alike, noise is its rise.
   */
  private static void assertLinearAtMost(String what, List<Integer> sizes, List<Double> costs) {
    double first = costs.get(0);
    double rise = Math.max(costs.get(1) - first, NOISE * first);
    double line = first + rise * (sizes.get(2) - sizes.get(0)) / (sizes.get(1) - sizes.get(0));
    assertTrue(costs.get(2) <= line, () -> what + ": " + costs + ", more than " + line);
  }

  private Cost measure(Surroundings around) throws Exception {
    try (Rig rig = Rig.in(Files.createTempDirectory(folder, "rig"))) {
      rig.settings(SETTINGS);
      around.of(rig);
      Path status = rig.mac.path(AgentPaths.STATUS);
      long begun = System.nanoTime();
      try (AgentProcess agent = rig.start()) {
        Patience.until(() -> Files.exists(status));
        double start = (System.nanoTime() - begun) / 1e9;
        Thread.sleep(TIME.dividedBy(2).toMillis());
        int looks = rig.mac.calls("mdatp").size();
        Duration before = ProcessCost.own(agent.pid());
        Thread.sleep(TIME.toMillis());
        looks = rig.mac.calls("mdatp").size() - looks;
        assertTrue(looks > 2, looks + " looks");
        Cost cost =
            new Cost(
                1.0 * ProcessCost.own(agent.pid()).minus(before).toMillis() / looks,
                ProcessCost.mebibytes(agent.pid(), "Anonymous:"),
                ProcessCost.descriptors(agent.pid()),
                start);
        rig.stop(agent);
        assertEquals("", rig.printed());
        return cost;
      }
    }
  }

  /** Nothing answers, so they stay. */
  private void backlog(Rig rig, int size) throws IOException {
    Map<String, Object> settings = new HashMap<>(SETTINGS);
    settings.put("endpoint", "https://127.0.0.1:9/");
    rig.settings(settings);
    Backlog.of(size).keep(rig.mac.path("/private/var/db/kextwatch"));
  }

  private static void rows(Rig rig, int size) {
    rig.mac.approvalDatabase(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                .formatted(size)
            + " INSERT INTO kext_policy SELECT 'TEAM' || i, 'com.example.kext' || i, 1, 'A', 0 FROM"
            + " n");
  }

  private void processes(Rig rig, int size) throws IOException {
    while (crowd.size() < size) {
      crowd.add(new ProcessBuilder("sleep", "3600").start());
    }
  }

  @AfterEach
  void sendTheCrowdHome() {
    crowd.forEach(Process::destroy);
  }
}
