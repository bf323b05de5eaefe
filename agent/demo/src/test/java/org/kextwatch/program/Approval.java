package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.ToolCall;

/**
 * One Mac's approval, timed: a fresh Mac, a fresh daemon with the intervals it is shipped with, a
 * receiver over TLS; the user clicks Allow at any moment of a quiet second. The time before the
 * click's transaction is taken for its commit, so that both figures are too long rather than short.
 *
 * @param toKextutil from there to the start of kextutil, by the Mac's own note of the call
 * @param toReceiver to the event that says the Mac is protected
 */
public record Approval(Duration toKextutil, Duration toReceiver) {
  /** Between two of the looks that follow the refused load, which would help. */
  private static final Duration QUIET = Duration.ofSeconds(4);

  public static final Map<String, Object> AS_SHIPPED =
      Map.of(
          "healthIntervalSeconds", 300,
          "atRiskIntervalSeconds", 60,
          "heartbeatIntervalSeconds", 900,
          "confirmSeconds", 60,
          "settleSeconds", 600);

  static Rig rig(Path folder) throws IOException {
    Rig rig = Rig.overTls(folder, MacModel.MOJAVE);
    rig.settings(AS_SHIPPED);
    return rig;
  }

  static Approval measure(Path folder, Random random) throws Exception {
    try (Rig rig = rig(folder);
        AgentProcess agent = rig.start()) {
      awaitBlocked(rig);
      Thread.sleep(QUIET.toMillis() + random.nextInt(3_000));
      Instant approved = Instant.now();
      assertTrue(rig.mac.clickAllow());
      Delivery resolved = rig.inbound.await("status.changed", "\"transition\":\"resolved\"");
      List<ToolCall> loads = rig.mac.calls("kextutil");
      assertEquals(2, loads.size());
      rig.stop(agent);
      assertEquals(List.of(), rig.inbound.flaws());
      return new Approval(
          Duration.between(approved, loads.get(1).at()),
          Duration.between(approved, resolved.receivedAt()));
    }
  }

  static void awaitBlocked(Rig rig) throws InterruptedException {
    rig.inbound.await("status.changed", "\"outcome\":\"policy_blocked\"");
  }
}
