package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.NOON;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ChangeRateLimitTest {

  @Test
  void twelveOfHealthInSixtyMinutesAndTheNextWhenTheFirstIsAnHourAgo() {
    ChangeRateLimit ration = used(12, Transition.CHANGED);

    assertTrue(holds(ration, 720));
    assertTrue(holds(ration, 3_599));
    assertFalse(holds(ration, 3_600));
    ChangeRateLimit next = ration.using(Transition.CHANGED, NOON.plusSeconds(3_600));
    assertEquals(12, next.times().size());
    assertTrue(holds(next, 3_601));
  }

  @Test
  void aChangeOfTheExtensionIsHeldOnlyAfterANewRisk() {
    assertFalse(used(20, Transition.CHANGED).holds(Transition.CHANGED, false, at(1_200)));

    ChangeRateLimit risky = used(6, Transition.NEW);
    assertTrue(risky.holds(Transition.CHANGED, false, at(360)));
    assertFalse(risky.holds(Transition.NEW, false, at(360)));
    assertFalse(risky.holds(Transition.RESOLVED, false, at(360)));
    assertFalse(risky.holds(Transition.CHANGED, false, at(3_600)));
  }

  @Test
  void aClockSetBackHoldsNothing() {
    ChangeRateLimit ration = ChangeRateLimit.UNUSED;
    for (int i = 0; i < 12; i++) {
      ration = ration.using(Transition.NEW, NOON);
    }
    assertTrue(holds(ration, 0));
    assertFalse(holds(ration, -86_400));
    assertEquals(1, ration.using(Transition.CHANGED, at(-86_400)).times().size());
  }

  /** One each minute, each of which was not held. */
  private static ChangeRateLimit used(int times, Transition transition) {
    ChangeRateLimit ration = ChangeRateLimit.UNUSED;
    for (int i = 0; i < times; i++) {
      assertFalse(ration.holds(transition, times <= 12, at(60L * i)), "" + i);
      ration = ration.using(transition, at(60L * i));
    }
    return ration;
  }

  private static boolean holds(ChangeRateLimit ration, long seconds) {
    return ration.holds(Transition.CHANGED, true, at(seconds));
  }

  private static Instant at(long seconds) {
    return NOON.plusSeconds(seconds);
  }
}
