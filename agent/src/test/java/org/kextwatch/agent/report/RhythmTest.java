package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.report.Rhythm.Phase;

final class RhythmTest {
  private static final Duration QUARTER = Duration.ofMinutes(15);

  @Test
  void aDeviceKeepsItsPhase() {
    assertEquals(Phase.of("C02XK0AAJG5H"), Phase.of("C02XK0AAJG5H"));
  }

  @Test
  void aFleetIsSpreadEvenly() {
    int[] buckets = new int[30];
    for (int i = 0; i < 30_000; i++) {
      buckets[(int) (Phase.of("C02XK%05dJG5H".formatted(i)).fraction() * 30)]++;
    }
    for (int inBucket : buckets) {
      assertTrue(inBucket > 850 && inBucket < 1_150, inBucket + " instead of about 1000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "C02XK0AAJG5H", "ü"})
  void theSplayIsAtMostAThirdOfTheHeartbeat(String device) {
    Duration splay = Phase.of(device).splay(QUARTER);
    assertTrue(!splay.isNegative() && splay.compareTo(Duration.ofMinutes(5)) < 0);
  }

  @Test
  void beatsFollowTheGridOfTheDevice() {
    Phase third = new Phase(1 / 3.0);
    Instant midnight = Instant.parse("2026-11-23T00:00:00Z");
    assertEquals(Duration.ofMinutes(20), third.untilBeat(midnight, QUARTER));
    assertEquals(Duration.ofMinutes(15), third.untilBeat(midnight.plusSeconds(5 * 60), QUARTER));
    assertEquals(Duration.ofMinutes(10), third.untilBeat(midnight.plusSeconds(10 * 60), QUARTER));
  }

  @Test
  void aBeatThatCameALittleEarlyIsNotRepeated() {
    Phase phase = new Phase(0);
    Instant early = Instant.parse("2026-11-23T23:59:59.998Z");
    assertEquals(QUARTER.plusMillis(2), phase.untilBeat(early, QUARTER));
  }
}
