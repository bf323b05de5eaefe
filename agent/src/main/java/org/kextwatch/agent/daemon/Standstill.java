package org.kextwatch.agent.daemon;

import java.time.Duration;

/**
 * For how long nothing has ended in the daemon, neither a tool nor a step of its own. Pure. Only
 * the watchdog's own ticks count, and each for a bounded time: a sleep of the Mac, a stopped
 * process and a clock that is set are no standstill.
 *
 * @param ended how many tools and steps had ended when something was seen to end last
 * @param lasted since then, in counted time
 */
record Standstill(long ended, Duration lasted) {
  /** What a working daemon may need beyond the timeout of a tool. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Between two ticks, and the most that one counts. */
  static final Duration TICK = Duration.ofMinutes(1);

  static Standstill none() {
    return new Standstill(0, Duration.ZERO);
  }

  /**
   * After another tick.
   *
   * @param endedNow how many tools and steps have ended by now
   * @param passed since the tick before, by a clock that nobody sets
   * @param tick the most that counts of it
   */
  Standstill after(long endedNow, Duration passed, Duration tick) {
    if (endedNow != ended) {
      return new Standstill(endedNow, Duration.ZERO);
    }
    return new Standstill(ended, lasted.plus(passed.compareTo(tick) < 0 ? passed : tick));
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
