package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.webhook.DeliveryOutcome;

/**
 * How long events wait after a failure. Immutable.
 *
 * @param failures in a row
 * @param until the end of the pause
 * @param why they wait
 */
record Pause(int failures, Moment until, Why why) {
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(45);
  private static final Duration SPREAD = Duration.ofSeconds(10);

  /** Why events wait. */
  enum Why {
    /** The endpoint fails: all wait, until anything is taken. */
    BACKOFF,
    /** The next try of a refused event must not come too soon. */
    BETWEEN_TRIES,
    /** The endpoint seems to be at fault; an event that was not tried yet need not wait. */
    ROUND
  }

  static Pause none(Moment now) {
    return new Pause(0, now, Why.BACKOFF);
  }

  Pause ended(Moment now) {
    return new Pause(failures, now, Why.BACKOFF);
  }

  /** After one more failure, for as long as that. */
  Pause backoff(Moment now, Duration wait) {
    return longer(now, wait, Why.BACKOFF);
  }

  /** After one more failure that says how the endpoint is. */
  Pause backoff(Moment now, DeliveryOutcome outcome, double random) {
    return backoff(now, Backoff.after(outcome).delay(failures + 1, random));
  }

  /** Until a refused event is tried again. */
  Pause betweenTries(Moment now, double random) {
    Duration wait = BETWEEN_TRIES.plusMillis((long) (SPREAD.toMillis() * random));
    return longer(now, wait, Why.BETWEEN_TRIES);
  }

  /** Until the next round. */
  Pause round(Moment now, double random) {
    return longer(now, Backoff.TRANSIENT.delay(failures + 1, random), Why.ROUND);
  }

  private Pause longer(Moment now, Duration wait, Why newWhy) {
    return new Pause(failures + 1, now.plus(wait), newWhy);
  }
}
