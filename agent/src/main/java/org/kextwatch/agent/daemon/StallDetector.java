package org.kextwatch.agent.daemon;

import java.time.Duration;

/**
 * For how long nothing has ended in the daemon, neither a tool nor a step. Pure. Only the ticks of
 * the watchdog count, each for a bounded time, so a sleep of the Mac, a stopped process or a clock
 * that is set is not a stall.
 *
 * @param ended how many tools and steps had ended when something was seen to end last
 * @param lasted since then, in counted time
 */
record StallDetector(long ended, Duration lasted) {
  /** What a working daemon may need beyond the timeout of a tool. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Between two ticks, and the most that one counts. */
  static final Duration TICK = Duration.ofMinutes(1);

  static StallDetector none() {
    return new StallDetector(0, Duration.ZERO);
  }

  /**
   * After another tick.
   *
   * @param endedNow how many tools and steps have ended by now
   * @param passed since the tick before, by a monotonic clock
   * @param tick the most that counts of it
   */
  StallDetector after(long endedNow, Duration passed, Duration tick) {
    if (endedNow != ended) {
      return new StallDetector(endedNow, Duration.ZERO);
    }
    return new StallDetector(ended, lasted.plus(passed.compareTo(tick) < 0 ? passed : tick));
  }

  /**
   * Whether the daemon hangs.
   *
   * @param patience beyond the longest timeout
   * @param longestTimeout that a tool has by the settings in force
   */
  boolean isOver(Duration patience, Duration longestTimeout) {
    return lasted.compareTo(patience.plus(longestTimeout)) > 0;
  }
}
