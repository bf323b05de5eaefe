package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeartbeatScheduleTest {
  private static final Duration QUARTER = Duration.ofMinutes(15);

  @Test
  void aDeviceKeepsItsSplay() {
    assertEquals(Splay.of("C02XK0AAJG5H"), Splay.of("C02XK0AAJG5H"));
  }

  @Test
  void aFleetIsSpreadEvenly() {
    int[] buckets = new int[30];
    for (int i = 0; i < 30_000; i++) {
      buckets[(int) (Splay.of("C02XK%05dJG5H".formatted(i)).fraction() * 30)]++;
    }
    for (int inBucket : buckets) {
      assertTrue(inBucket > 850 && inBucket < 1_150, inBucket + " instead of about 1000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "C02XK0AAJG5H", "ü"})
  void theSplayIsAtMostAThirdOfTheHeartbeat(String device) {
    Duration splay = Splay.of(device).delay(QUARTER);
    assertTrue(!splay.isNegative() && splay.compareTo(Duration.ofMinutes(5)) < 0);
  }

  @Test
  void beatsFollowTheGridOfTheDevice() {
    Splay third = new Splay(1 / 3.0);
    Instant midnight = Instant.parse("2026-11-23T00:00:00Z");
    assertEquals(Duration.ofMinutes(20), third.untilNextSlot(midnight, QUARTER));
    assertEquals(
        Duration.ofMinutes(15), third.untilNextSlot(midnight.plusSeconds(5 * 60), QUARTER));
    assertEquals(
        Duration.ofMinutes(10), third.untilNextSlot(midnight.plusSeconds(10 * 60), QUARTER));
  }

  @Test
  void aBeatThatCameALittleEarlyIsNotRepeated() {
    Splay splay = new Splay(0);
    Instant early = Instant.parse("2026-11-23T23:59:59.998Z");
    assertEquals(QUARTER.plusMillis(2), splay.untilNextSlot(early, QUARTER));
  }
}
