package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ClocksTest {
  private final TestClock clock = new TestClock();
  private final Clocks clocks = clock.clocks();

  @Test
  void timePasses() {
    Clocks.Due due = clocks.in(Duration.ofMinutes(10));
    assertEquals(Duration.ofMinutes(10), clocks.left(due));
    clock.advance(Duration.ofMinutes(9));
    assertEquals(Duration.ofMinutes(1), clocks.left(due));
    assertFalse(clocks.isOver(due));
    clock.advance(Duration.ofMinutes(2));
    assertEquals(Duration.ZERO, clocks.left(due));
    assertTrue(clocks.isOver(due));
  }

  @Test
  void whatFellDueWhileTheMacSleptIsDue() {
    Clocks.Due due = clocks.in(Duration.ofMinutes(10));
    clock.jump(Duration.ofHours(8));
    assertTrue(clocks.isOver(due));
  }

  @Test
  void aClockSetBackDelaysNothing() {
    Clocks.Due due = clocks.in(Duration.ofMinutes(10));
    clock.jump(Duration.ofDays(-3650));
    clock.advance(Duration.ofMinutes(10));
    assertTrue(clocks.isOver(due));
  }

  @Test
  void aJumpIsNoticedOnce() {
    clock.jump(Duration.ofSeconds(11));
    assertTrue(clocks.hasJumped());
    assertFalse(clocks.hasJumped());
  }

  @Test
  void driftAndTimeAreNoJump() {
    clock.advance(Duration.ofHours(5));
    clock.jump(Duration.ofSeconds(9));
    assertFalse(clocks.hasJumped());
    clock.jump(Duration.ofDays(-1));
    assertFalse(clocks.hasJumped());
  }
}
