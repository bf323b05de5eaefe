package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.AgentPaths;

/**
 * The real daemon for half an hour in which tools, network, disk, settings and the Mac fail at
 * random, it is stopped for moments, killed and upgraded. Now and then all is well: then one real
 * change must be told exactly once. For minutes or hours: -Dkextwatch.minutes=30.
 */
@Tag("soak")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class LongRunIT {
  private static final Duration TIME =
      Duration.ofMinutes(Integer.getInteger("kextwatch.minutes", 30));
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);
  private static final int TROUBLES = 25;
  private static final int RENEWALS_A_DAY = 48;
  private static final int MAX_LOADS = 3;

  /** Of the process as a whole; its heap may have 48 MiB. */
  private static final long MEMORY_KIB = 200 << 10;

  /** What a run of kextutil that was decided before may take until it is seen. */
  private static final int UNDER_WAY_MILLIS = 12_000;

  private static final int NO_RUN_MILLIS = 25_000;

  private static final String FALLS =
      "\"field\":\"verdict\",\"from\":\"protected\",\"to\":\"at_risk\"";
  private static final String RISES =
      "\"field\":\"verdict\",\"from\":\"at_risk\",\"to\":\"protected\"";

  @TempDir private Path folder;

  private final List<String> samples = new ArrayList<>();
  private final List<Long> memory = new ArrayList<>();

  @Test
  @Timeout(value = 2, unit = TimeUnit.DAYS)
  void isAliveFlatAndTellsEachRealChangeOnce() throws Exception {
    long end = System.nanoTime() + TIME.toNanos();
    Random random = new Random(SEED);
    try (Rig rig = Rig.in(folder);
        FickleReceiver receiver = new FickleReceiver(rig.inbound, rig.endpoint());
        RandomTroubles troubles = new RandomTroubles(rig, receiver, folder, random)) {
      rig.inbound.await("agent.started", "");
      int rounds = 0;
      do {
        for (int i = 0; i < TROUBLES && System.nanoTime() < end; i++) {
          troubles.happen();
          Thread.sleep(500 + random.nextInt(5_000));
          assertTrue(troubles.agent().isAlive(), () -> "it ended after " + troubles.counts());
        }
        calmly(rig, troubles);
        nobodyMayApprove(rig, troubles, ++rounds % 2 == 0);
      } while (System.nanoTime() < end);
      calmly(rig, troubles);
      Patience.until(() -> rig.inbound.numbers().flaws(), List::isEmpty);
      rig.stop(troubles.agent());
      rig.inbound.await("agent.stopping", "signal");
      write(rig, troubles);
      assertEquals(List.of(), rig.inbound.flaws(), "seed " + SEED);
      assertEquals("", rig.printed());
      int runs = rig.mac.calls("kextutil").size();
      int most = RENEWALS_A_DAY + MAX_LOADS * troubles.count("approval", "boot");
      assertTrue(runs <= most, runs + " runs of kextutil");
    }
  }

  private void calmly(Rig rig, RandomTroubles troubles) throws Exception {
    try {
      calm(rig, troubles, troubles.heal());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + troubles.evidence(), e);
    }
  }

  /**
   * Once it has seen that all is well, an approval that is taken back is told once; a new one too,
   * after which the kext is loaded.
   */
  private void calm(Rig rig, RandomTroubles troubles, String label) throws Exception {
    Path file = rig.mac.path(AgentPaths.STATUS);
    Patience.until(
        () -> Files.readString(file),
        status -> status.contains(label) && status.contains("\"verdict\":\"protected\""));
    rig.inbound.await("status.heartbeat", label);
    int falls = count(rig, label, FALLS);
    int rises = count(rig, label, RISES); // the last trouble may have ended with one
    rig.mac.revoke();
    troubles.boot();
    told(rig, label, FALLS, falls + 1);
    troubles.approve();
    told(rig, label, RISES, rises + 1);
    Thread.sleep(7_000); // two looks
    assertEquals(falls + 1, count(rig, label, FALLS));
    assertEquals(rises + 1, count(rig, label, RISES));
    sample(troubles);
  }

  private static void told(Rig rig, String label, String change, int times) throws Exception {
    Patience.until(() -> count(rig, label, change), count -> count >= times);
  }

  private static int count(Rig rig, String label, String change) {
    Predicate<String> isIt = body -> body.contains(label) && body.contains(change);
    return (int) rig.inbound.stream().stream().filter(event -> isIt.test(event.body())).count();
  }

  /** Without a grant and with nobody at the console the loader does not run. */
  private static void nobodyMayApprove(Rig rig, RandomTroubles troubles, boolean now)
      throws Exception {
    if (!now) {
      return;
    }
    rig.mac.revoke();
    rig.mac.logOut();
    troubles.boot();
    Thread.sleep(UNDER_WAY_MILLIS);
    int before = rig.mac.calls("kextutil").size();
    Thread.sleep(NO_RUN_MILLIS);
    assertEquals(before, rig.mac.calls("kextutil").size(), "kextutil without a reason");
    rig.mac.logIn();
  }

  private void sample(RandomTroubles troubles) throws IOException {
    Path process = Path.of("/proc", "" + troubles.agent().pid());
    long resident = number(process.resolve("status"), "VmRSS:");
    long threads = number(process.resolve("status"), "Threads:");
    long files;
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      files = open.count();
    }
    memory.add(resident);
    samples.add(
        "%-24s %7d KiB, %d threads, %d files".formatted("process", resident, threads, files));
    assertTrue(resident < MEMORY_KIB, resident + " KiB");
    assertTrue(files < 200 && threads < 60, files + " files, " + threads + " threads");
  }

  private static long number(Path file, String name) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  private void write(Rig rig, RandomTroubles troubles) throws IOException {
    List<String> table = new ArrayList<>();
    table.add("%-24s %10d".formatted("minutes", TIME.toMinutes()));
    troubles.counts().forEach((name, times) -> table.add("%-24s %10d".formatted(name, times)));
    table.add("%-24s %10d".formatted("runs of kextutil", rig.mac.calls("kextutil").size()));
    table.add("%-24s %10d".formatted("events arrived", rig.inbound.stream().size()));
    table.add("%-24s %10d".formatted("dropped by the bounds", rig.inbound.numbers().lost()));
    table.add("%-24s %10d".formatted("duplicates", rig.inbound.duplicates()));
    table.addAll(samples);
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("long-run.txt"), String.join("\n", table) + "\n");
  }
}
