package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which daemon the watchdog ends, by what it sees at its ticks. */
class StallDetectorTest {
  /**
   * Each tick: how many seconds have passed since the one before, and how many tools and steps have
   * ended by then; {@code *} repeats it.
   */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "nothing ends for 13 minutes,              180, 60:5 60:5*13,            false",
        "nor for another one,                      180, 60:5 60:5*14,            true",
        "nothing has ever ended since the start,   600, 60:0*20,                 false",
        "and does not,                             600, 60:0*21,                 true",
        "tools that run into the longest timeout,  600, 600:1 600:2 600:3 600:4, false",
        "a tool that takes it and its grace,       600, 60:1*12 60:2*12 60:3*12, false",
        "something ends at the last moment,        180, 60:5*14 60:6 60:6*13,    false",
        "a night asleep counts as one tick,        180, 60:5*7 28800:5 60:5*6,   false",
        "and so does a process that was stopped,   180, 36000:0 36000:0,         false",
        "a Mac that wakes for moments,             180, 5:0*150,                 false",
        "and hangs through them,                   180, 5:0*157,                 true",
        "the timeout was lowered,                   30, 60:5 60:5*11,            true"
      })
  void isJudgedByTicksAlone(String what, long timeout, String ticks, boolean hangs) {
    StallDetector standstill = StallDetector.none();
    for (String tick : ticks.split(" ", -1)) {
      String[] parts = tick.split("[:*]", -1);
      int times = parts.length == 3 ? Integer.parseInt(parts[2]) : 1;
      for (int i = 0; i < times; i++) {
        Duration passed = Duration.ofSeconds(Long.parseLong(parts[0]));
        standstill = standstill.after(Long.parseLong(parts[1]), passed, StallDetector.TICK);
      }
    }
    boolean isOver = standstill.isOver(StallDetector.PATIENCE, Duration.ofSeconds(timeout));
    assertEquals(hangs, isOver, what + ": " + standstill);
  }
}
