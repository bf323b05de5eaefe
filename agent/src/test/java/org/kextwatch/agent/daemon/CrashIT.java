package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.demo.AgentProcess;

/** kill -9 at any moment, again and again, while things happen to the Mac. */
class CrashIT {
  /** For a long run: -Dkextwatch.kills=1000. */
  private static final int KILLS = Integer.getInteger("kextwatch.kills", 20);

  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_123);
  private static final int LIFE_MILLIS = 1_600;

  @TempDir private Path folder;

  @Test
  void nothingIsLostToldTwiceOrNumberedTwice() throws Exception {
    Random random = new Random(SEED);
    try (Rig rig = Rig.in(folder)) {
      rig.settings(Map.of("promptRenewalSeconds", 1));
      for (int kill = 0; kill < KILLS; kill++) {
        try (AgentProcess agent = rig.start()) {
          Thread.sleep(random.nextInt(LIFE_MILLIS));
          happen(rig, kill);
          Thread.sleep(random.nextInt(LIFE_MILLIS / 4));
          agent.kill();
        }
      }
      rig.mac.signed(false);
      rig.settings(Map.of("labels", Map.of("life", "the last")));
      try (AgentProcess agent = rig.start()) {
        rig.inbound.await("status.heartbeat", "the last", 20_000);
        rig.stop(agent);
      }
      rig.inbound.await("agent.stopping", "signal", 20_000);

      assertEquals(List.of(), rig.inbound.flaws(), "seed " + SEED);
      assertTrue(rig.inbound.ofType("status.changed").size() >= KILLS / 4);
      assertEquals("", rig.printed());
    }
  }

  /** Something happens to the Mac, so that there is always something to tell. */
  private static void happen(Rig rig, int turn) {
    switch (turn % 4) {
      case 0 -> rig.mac.approveByProfile();
      case 1 -> rig.mac.signed(false);
      case 2 -> {
        rig.mac.signed(true);
        rig.mac.revoke();
      }
      default -> rig.mac.restart();
    }
  }
}
