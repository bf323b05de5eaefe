package org.kextwatch.agent.report;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who is at fault when the endpoint refuses an event: the event, or the endpoint? The event is
 * tried five times over three minutes and then set aside; what comes next tells. Pure.
 *
 * @param suspect the refused event, {@code null} if there is none
 * @param refusals of it in a row, none while the endpoint is blamed
 * @param acquittals how often in a row the endpoint was found to refuse others as well
 */
record Suspicion(@Nullable SpoolEntry suspect, int refusals, int acquittals) {
  static final Suspicion NONE = new Suspicion(null, 0, 0);

  private static final int TRIES = 5;
  private static final Duration BETWEEN = Duration.ofSeconds(45);
  private static final Duration SPREAD = Duration.ofSeconds(10);

  /** The event that others go past, {@code null} if none does. */
  @Nullable SpoolEntry setAside() {
    return refusals >= TRIES ? suspect : null;
  }

  /**
   * After a refusal.
   *
   * @param refused what was sent, {@code null} for a heartbeat
   */
  Suspicion refused(@Nullable SpoolEntry refused) {
    SpoolEntry aside = setAside();
    if (aside != null && !aside.equals(refused)) {
      return new Suspicion(aside, 0, acquittals + 1);
    }
    if (refused == null) {
      return this; // nothing but a heartbeat waited: there is nobody to suspect
    }
    return refused.equals(suspect)
        ? new Suspicion(suspect, refusals + 1, acquittals)
        : new Suspicion(refused, 1, 0);
  }

  /**
   * Until the next attempt, after a refusal.
   *
   * @param random from 0 to 1, exclusive
   */
  Duration delay(double random) {
    if (refusals == 0) {
      return Backoff.MISCONFIGURED.delay(Math.max(acquittals, 1), random);
    }
    return refusals < TRIES
        ? BETWEEN.plusMillis((long) (SPREAD.toMillis() * random))
        : Duration.ZERO;
  }
}
