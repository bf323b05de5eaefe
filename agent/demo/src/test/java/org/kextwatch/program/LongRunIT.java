package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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
 * The real daemon for half an hour, as install.sh installs it and launchd keeps it alive, in which
 * tools, network, disk, settings and the Mac fail at random, the clock is set ahead and back, it is
 * stopped for moments, killed and upgraded by install.sh. Now and then all is well: then one real
 * change must be told exactly once. For minutes or hours: -Dkextwatch.minutes=30. With
 * -Dkextwatch.ends=0 it is neither killed nor upgraded, so that one process lives through all the
 * rest. Needs root, loop devices, e2fsprogs and gcc.
 */
@Tag("soak")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc, mounts a disk, preloads a clock")
class LongRunIT {
  private static final Duration TIME =
      Duration.ofMinutes(Integer.getInteger("kextwatch.minutes", 30));
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);
  private static final int TROUBLES = 25;
  private static final int DISK_MIB = 16;
  private static final int RENEWALS_A_DAY = 48;
  private static final int MAX_LOADS = 3;

  /** What a run of kextutil that was decided before may take until it is seen. */
  private static final int UNDER_WAY_MILLIS = 12_000;

  private static final int NO_RUN_MILLIS = 25_000;

  private static final String FALLS =
      "\"field\":\"verdict\",\"from\":\"protected\",\"to\":\"at_risk\"";
  private static final String RISES =
      "\"field\":\"verdict\",\"from\":\"at_risk\",\"to\":\"protected\"";

  @TempDir private Path folder;

  private final ProcessMemory memory = new ProcessMemory();
  private int told;
  private int quiets;

  @Test
  @Timeout(value = 2, unit = TimeUnit.DAYS)
  void isAliveFlatAndTellsEachRealChangeOnce() throws Exception {
    Path place = folder.toRealPath();
    try (Rig rig = Rig.in(place);
        LoopVolume disk = diskOf(rig, place);
        RandomTroubles troubles = new RandomTroubles(rig, place, new Random(SEED))) {
      live(rig, troubles);
    }
  }

  /** A small one, so that it can be filled. */
  private static LoopVolume diskOf(Rig rig, Path place) throws Exception {
    Path state = rig.mac.path("/private/var/db/kextwatch");
    LoopVolume disk = LoopVolume.create(place.resolve("image"), state, DISK_MIB);
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    Files.delete(state.resolve("lost+found"));
    return disk;
  }

  private void live(Rig rig, RandomTroubles troubles) throws Exception {
    long end = System.nanoTime() + TIME.toNanos();
    Random pauses = new Random(SEED);
    rig.inbound.await("agent.started", "");
    troubles.tryTheClock();
    do {
      for (int i = 0; i < TROUBLES && System.nanoTime() < end; i++) {
        troubles.happen();
        Thread.sleep(500 + pauses.nextInt(5_000));
        assertTrue(troubles.daemon().isAlive(), () -> "it ended after " + troubles.counts());
        memory.look(troubles.daemon().pid());
      }
      calmly(rig, troubles);
      nobodyMayApprove(rig, troubles);
    } while (System.nanoTime() < end);
    calmly(rig, troubles);
    Patience.until(() -> rig.inbound.numbers().flaws(), List::isEmpty);
    String printed = troubles.printed();
    troubles.daemon().uninstall();
    rig.inbound.await("agent.stopping", "uninstall");
    write(rig, troubles);
    assertEquals(List.of(), rig.inbound.flaws(), "seed " + SEED);
    assertEquals("", printed);
    memory.assertFlat();
    int runs = runs(rig);
    int most = RENEWALS_A_DAY + MAX_LOADS * troubles.count("approval", "boot");
    assertTrue(runs <= most, runs + " runs of kextutil");
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
        status ->
            status.contains(label)
                && status.contains("\"verdict\":\"protected\"")
                && status.contains(
                    "\"pendingEvents\":0")); // one that arrives later would count for what follows
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
    told += 2;
    memory.look(troubles.daemon().pid());
  }

  private static void told(Rig rig, String label, String change, int times) throws Exception {
    Patience.until(() -> count(rig, label, change), count -> count >= times);
  }

  private static int count(Rig rig, String label, String change) {
    Predicate<String> isIt = body -> body.contains(label) && body.contains(change);
    return (int) rig.inbound.stream().stream().filter(event -> isIt.test(event.body())).count();
  }

  /** One of three reasons for which the loader does not run, each after its turn. */
  private void nobodyMayApprove(Rig rig, RandomTroubles troubles) throws Exception {
    int reason = quiets++ % 3;
    switch (reason) {
      case 0 -> rig.mac.logOut(); // nobody is there who could click Allow
      case 1 -> troubles.settings(Map.of("renewPrompt", false));
      default -> troubles.settings(Map.of("loadApprovedExtension", false));
    }
    rig.mac.revoke();
    troubles.boot();
    if (reason == 2) {
      troubles.approve();
    }
    Thread.sleep(UNDER_WAY_MILLIS);
    int before = runs(rig);
    Thread.sleep(NO_RUN_MILLIS);
    assertEquals(before, runs(rig), "kextutil without a reason");
    rig.mac.logIn();
  }

  private static int runs(Rig rig) {
    return rig.mac.calls("kextutil").size();
  }

  private void write(Rig rig, RandomTroubles troubles) throws IOException {
    List<String> table = new ArrayList<>();
    table.add(row("minutes", TIME.toMinutes()));
    troubles.counts().forEach((name, times) -> table.add(row(name, times)));
    table.add(row("changes that were checked", told));
    table.add(row("times without a reason to load", quiets));
    table.add(row("runs of kextutil", runs(rig)));
    table.add(row("events arrived", rig.inbound.stream().size()));
    table.add(row("heartbeats arrived", rig.inbound.ofType("status.heartbeat").size()));
    table.add(row("dropped by the bounds", rig.inbound.numbers().lost()));
    table.add(row("duplicates", rig.inbound.duplicates()));
    table.addAll(memory.table());
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("long-run.txt"), String.join("\n", table) + "\n");
  }

  private static String row(String name, long value) {
    return "%-32s %10d".formatted(name, value);
  }
}
