package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MomentTest {
  private static final Moment START = new Moment(Instant.parse("2026-11-23T12:00:00Z"), 42);
  private static final Moment DUE = START.plus(Duration.ofMinutes(10));

  @Test
  void timePasses() {
    assertEquals(Duration.ofMinutes(10), DUE.until(START));
    Moment later = START.plus(Duration.ofMinutes(9));
    assertEquals(Duration.ofMinutes(1), DUE.until(later));
    assertFalse(DUE.isDue(later));
    Moment after = START.plus(Duration.ofMinutes(11));
    assertEquals(Duration.ZERO, DUE.until(after));
    assertTrue(DUE.isDue(after));
  }

  @Test
  void whatFellDueWhileTheMacSleptIsDue() {
    assertTrue(DUE.isDue(jumped(START, Duration.ofHours(8))));
  }

  @Test
  void aClockSetBackDelaysNothing() {
    assertTrue(DUE.isDue(jumped(START, Duration.ofDays(-3650)).plus(Duration.ofMinutes(10))));
  }

  @Test
  void aSleepIsNoticed() {
    assertTrue(jumped(START, Duration.ofSeconds(11)).isAwakenedSince(START));
  }

  @Test
  void driftAndTimeAndAClockSetBackAreNoSleep() {
    Moment later = START.plus(Duration.ofHours(5));
    assertFalse(jumped(later, Duration.ofSeconds(9)).isAwakenedSince(START));
    assertFalse(jumped(later, Duration.ofDays(-1)).isAwakenedSince(START));
  }

  private static Moment jumped(Moment moment, Duration by) {
    return new Moment(moment.wall().plus(by), moment.nanos());
  }
}
