package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.webhook.DeliveryOutcome;

/**
 * How long to wait after a failure: exponential up to a cap, then full jitter, so that a fleet that
 * failed together does not come back together.
 *
 * @param base the most that the first wait takes
 * @param cap the most that any takes
 */
record Backoff(Duration base, Duration cap) {
  /** For what passes by itself. */
  static final Backoff TRANSIENT = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(900));

  /** For what somebody must put right. */
  static final Backoff MISCONFIGURED = new Backoff(Duration.ofSeconds(60), Duration.ofHours(1));

  private static final int MAX_DOUBLINGS = 30;
  private static final Duration SPREAD = Duration.ofSeconds(30);

  /**
   * The wait before the next attempt.
   *
   * @param failures in a row until now, from 1
   * @param random from 0 to 1, exclusive
   */
  Duration delay(int failures, double random) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
    Duration ceiling = base.multipliedBy(1L << doublings);
    return times(ceiling.compareTo(cap) < 0 ? ceiling : cap, random);
  }

  /** The one for an attempt that failed so. */
  static Backoff after(DeliveryOutcome outcome) {
    return switch (outcome) {
      case MISCONFIGURED, SUSPECT -> MISCONFIGURED;
      default -> TRANSIENT;
    };
  }

  /**
   * A wait that the endpoint asks for, and a little more by chance, because it asks a whole fleet
   * for the same.
   *
   * @param random from 0 to 1, exclusive
   */
  static Duration spread(Duration asked, double random) {
    return asked.plus(times(asked.dividedBy(10).plus(SPREAD), random));
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
