package org.kextwatch.agent.daemon;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Status;

/**
 * The last full look that has ended: what heartbeats may vouch for. Pure.
 *
 * @param interval until the next one
 */
record FinishedLook(Moment began, Moment ended, Duration interval) {
  private static final int INTERVALS = 3;

  static FinishedLook of(Status status, Moment began, Moment ended) {
    Duration interval = Duration.ofSeconds(status.agent().healthIntervalSeconds());
    return new FinishedLook(began, ended, interval);
  }

  /**
   * Whether the watcher is seen to work: the look is not older than three intervals, awake, and the
   * Mac has not slept since it began.
   */
  boolean isFresh(Moment now) {
    Duration awake = Duration.ofNanos(now.nanos() - ended.nanos());
    return awake.compareTo(interval.multipliedBy(INTERVALS)) <= 0 && !now.isAwakenedSince(began);
  }
}
