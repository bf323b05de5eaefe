package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.StateVolume.Refusal;

/** The real daemon on a volume that is full, or read-only, or not for it to write. */
class DiskRefusesIT {
  /** For a long run, of 50 minutes: -Dkextwatch.changes=10000 -Dtest.seconds=4000. */
  private static final int CHANGES = Integer.getInteger("kextwatch.changes", 20);

  private static final int CHANGE_MILLIS = 100;

  /** The longest pause of a daemon that has nowhere to keep its state, and some. */
  private static final Duration A_TRY = Duration.ofSeconds(2);

  private static final int MORE_MEMORY = 16 << 10;

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("org.kextwatch.program.StateVolume$Refusal#possible")
  void isSaidWhileItLastsAndTheLatestIsToldAfterIt(Refusal refusal) throws Exception {
    try (Rig rig = Rig.in(folder);
        AgentProcess agent = start(rig, refusal, false)) {
      rig.inbound.await("status.changed", lastToTell(refusal));
      StateVolume volume = refusal.of(rig, agent); // now that there is no more to tell
      volume.refuse();
      int told = rig.received("status.changed");
      long memory = memory(agent);
      for (int i = 0; i < CHANGES; i++) {
        happen(rig, i);
        Thread.sleep(CHANGE_MILLIS);
      }
      rig.mac.approveByProfile();
      await(rig, status -> status.contains("\"protected\"") && status.contains("could not be"));
      rig.inbound.await("status.heartbeat", "could not be");
      assertEquals(told, rig.received("status.changed"));
      Patience.within(A_TRY, volume::unfinished, List::isEmpty); // it may be trying just now
      assertTrue(memory(agent) < memory + MORE_MEMORY, memory + " KiB became " + memory(agent));

      volume.allow();
      rig.inbound.await("status.changed", "\"verdict\":\"protected\"");
      await(rig, status -> !status.contains("could not be"));
      rig.stop(agent);
      assertEquals(List.of(), rig.inbound.flaws());
      assertEquals("", rig.printed());
    }
  }

  /** Who is mapped to root has nobody at the console, and for nobody the loader is not run. */
  private static String lastToTell(Refusal refusal) {
    return refusal == Refusal.FORBIDDEN || Owner.current().isRoot()
        ? "\"outcome\":\"policy_blocked\""
        : "\"awaiting_approval\"";
  }

  /** Where not even the lock can be taken it can only wait, for that may be another's to hold. */
  @ParameterizedTest
  @MethodSource("org.kextwatch.program.StateVolume$Refusal#possibleAtStart")
  void isNoReasonNotToStart(Refusal refusal) throws Exception {
    try (Rig rig = Rig.in(folder);
        AgentProcess agent = start(rig, refusal, true)) {
      if (refusal == Refusal.FULL) {
        await(rig, status -> status.contains("could not be"));
        assertEquals("", rig.printed());
      } else {
        Patience.until(rig::printed, text -> text.contains("the state cannot be kept"));
      }
      assertEquals(0, rig.received("agent.started"));
      refusal.of(rig, agent).allow();
      rig.inbound.await("agent.started", "");
      rig.inbound.await("status.changed", "\"awaiting_approval\"");
      rig.stop(agent);
      assertEquals(List.of(), rig.inbound.flaws());
    }
  }

  private AgentProcess start(Rig rig, Refusal refusal, boolean refuses) throws IOException {
    return AgentProcess.start(
        refusal.program(rig, refuses), rig.mac.root(), folder.resolve("agent.out"));
  }

  private static void happen(Rig rig, int turn) {
    if (turn % 2 == 0) {
      rig.mac.approveByProfile();
    } else {
      rig.mac.revoke();
      rig.mac.restart();
    }
  }

  /** Waits until the status that anybody may read is so. */
  private static void await(Rig rig, Predicate<String> expected) throws Exception {
    Path file = rig.mac.path(AgentPaths.STATUS);
    Patience.until(() -> Files.exists(file) ? Files.readString(file) : "", expected);
  }

  /** KiB of it that are resident; 0 where that is not told, as on a Mac. */
  private static long memory(AgentProcess agent) throws IOException {
    Path status = Path.of("/proc", "" + agent.pid(), "status");
    return !Files.exists(status)
        ? 0
        : Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum();
  }
}
