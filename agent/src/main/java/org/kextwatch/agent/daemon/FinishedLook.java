package org.kextwatch.agent.daemon;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;

/**
 * The last full look that has ended; heartbeats are sent only while it is fresh. Pure.
 *
 * @param interval until the next one
 */
record FinishedLook(Moment began, Moment ended, Duration interval) {
  private static final int INTERVALS = 3;

  /**
   * Whether the daemon works: the look is not older than three intervals of time awake, and the Mac
   * has not slept since the look began.
   */
  boolean isFresh(Moment now) {
    Duration awake = Duration.ofNanos(now.nanos() - ended.nanos());
    return awake.compareTo(interval.multipliedBy(INTERVALS)) <= 0 && !now.isAwakenedSince(began);
  }
}
