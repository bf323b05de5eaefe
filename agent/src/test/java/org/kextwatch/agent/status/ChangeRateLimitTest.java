package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.NOON;

import org.junit.jupiter.api.Test;

class ChangeRateLimitTest {

  @Test
  void sixInSixtyMinutesAndTheNextWhenTheFirstIsAnHourAgo() {
    ChangeRateLimit ration = ChangeRateLimit.UNUSED;
    for (int i = 0; i < 6; i++) {
      assertTrue(ration.allows(NOON.plusSeconds(60L * i)), "" + i);
      ration = ration.using(NOON.plusSeconds(60L * i));
    }
    assertFalse(ration.allows(NOON.plusSeconds(360)));
    assertFalse(ration.allows(NOON.plusSeconds(3_599)));
    assertTrue(ration.allows(NOON.plusSeconds(3_600)));
    ChangeRateLimit next = ration.using(NOON.plusSeconds(3_600));
    assertEquals(6, next.times().size());
    assertFalse(next.allows(NOON.plusSeconds(3_601)));
  }

  @Test
  void aClockSetBackHoldsNothing() {
    ChangeRateLimit ration = ChangeRateLimit.UNUSED;
    for (int i = 0; i < 6; i++) {
      ration = ration.using(NOON);
    }
    assertFalse(ration.allows(NOON));
    assertTrue(ration.allows(NOON.minusSeconds(86_400)));
    assertEquals(1, ration.using(NOON.minusSeconds(86_400)).times().size());
  }
}
