package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.webhook.DeliveryOutcome;

/**
 * How long events wait after a failure. Immutable.
 *
 * @param failures in a row
 * @param until the end of the pause
 */
record Pause(int failures, Moment until, PauseKind kind) {
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(45);
  private static final Duration SPREAD = Duration.ofSeconds(10);

  /** Which events wait. */
  enum PauseKind {
    /** The endpoint fails: all events wait until anything is delivered. */
    BACKOFF,
    /** A rejected event waits for its next try. */
    BETWEEN_TRIES,
    /** The endpoint seems to be at fault: only events that were not tried yet need not wait. */
    PROBING
  }

  static Pause none(Moment now) {
    return new Pause(0, now, PauseKind.BACKOFF);
  }

  Pause ended(Moment now) {
    return new Pause(failures, now, PauseKind.BACKOFF);
  }

  /** After one more failure, this long. */
  Pause backoff(Moment now, Duration wait) {
    return longer(now, wait, PauseKind.BACKOFF);
  }

  /** After one more failure with this outcome. */
  Pause backoff(Moment now, DeliveryOutcome outcome, double random) {
    return backoff(now, Backoff.after(outcome).delay(failures + 1, random));
  }

  /** Until the next try of a rejected event. */
  Pause betweenTries(Moment now, double random) {
    Duration wait = BETWEEN_TRIES.plusMillis((long) (SPREAD.toMillis() * random));
    return longer(now, wait, PauseKind.BETWEEN_TRIES);
  }

  /** Until the next probe of the endpoint. */
  Pause untilProbe(Moment now, double random) {
    return longer(now, Backoff.TRANSIENT.delay(failures + 1, random), PauseKind.PROBING);
  }

  private Pause longer(Moment now, Duration wait, PauseKind newKind) {
    return new Pause(failures + 1, now.plus(wait), newKind);
  }
}
