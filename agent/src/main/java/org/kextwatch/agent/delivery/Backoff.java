package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.webhook.DeliveryOutcome;

/**
 * The wait after a failure: exponential up to a cap, then full jitter, so that Macs that failed
 * together do not retry together.
 *
 * @param base the longest first wait
 * @param cap the longest wait
 */
record Backoff(Duration base, Duration cap) {
  /** For failures that end by themselves. */
  static final Backoff TRANSIENT = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(900));

  /** For failures that an operator must fix. */
  static final Backoff MISCONFIGURED = new Backoff(Duration.ofSeconds(60), Duration.ofHours(1));

  private static final int MAX_DOUBLINGS = 30;
  private static final Duration SPREAD = Duration.ofSeconds(30);

  /**
   * The wait before the next attempt.
   *
   * @param failures in a row so far, from 1
   * @param random from 0 to 1, exclusive
   */
  Duration delay(int failures, double random) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
    Duration ceiling = base.multipliedBy(1L << doublings);
    return multiply(ceiling.compareTo(cap) < 0 ? ceiling : cap, random);
  }

  /** The backoff for this outcome. */
  static Backoff after(DeliveryOutcome outcome) {
    return switch (outcome) {
      case MISCONFIGURED, SUSPECT -> MISCONFIGURED;
      default -> TRANSIENT;
    };
  }

  /**
   * A wait that the endpoint asked for, plus a random part, because it asks the whole fleet for the
   * same wait.
   *
   * @param random from 0 to 1, exclusive
   */
  static Duration spread(Duration asked, double random) {
    return asked.plus(multiply(asked.dividedBy(10).plus(SPREAD), random));
  }

  private static Duration multiply(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
