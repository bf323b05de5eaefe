package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.StatusSamples;

/** A profile stops every run of kextutil at the next tick of the daemon, and starts them again. */
class StopSwitchTest extends SettingsFilesCase {
  private static final Duration TICK = Duration.ofSeconds(30);

  @Test
  void aProfileStopsTheLoaderAtTheNextTick() throws Exception {
    allow(true);
    assertTrue(refreshAfter(TICK));
    assertInstanceOf(Decision.Load.class, decision(ExtensionState.APPROVED_INACTIVE, Grant.USER));
    assertInstanceOf(Decision.Load.class, decision(ExtensionState.AWAITING_APPROVAL, Grant.NONE));

    allow(false);
    assertTrue(refreshAfter(TICK));
    for (ExtensionState state : ExtensionState.values()) {
      for (Grant grant : Grant.values()) {
        assertEquals(new Decision.Nothing(null), decision(state, grant), state + " " + grant);
      }
    }

    allow(true);
    assertTrue(refreshAfter(TICK));
    assertInstanceOf(Decision.Load.class, decision(ExtensionState.APPROVED_INACTIVE, Grant.USER));
  }

  private void allow(boolean acts) throws Exception {
    write(
        managed,
        """
        <plist><dict>
          <key>loadApprovedExtension</key><%1$s/>
          <key>renewPrompt</key><%1$s/>
        </dict></plist>
        """
            .formatted(acts));
  }

  private Decision decision(ExtensionState state, Grant grant) {
    return Remedy.decide(
        StatusSamples.extension(state, grant, false),
        LoadHistory.NONE,
        live.inForce(),
        true,
        false,
        now.wall());
  }
}
