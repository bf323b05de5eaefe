package org.kextwatch.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/**
 * How we stand with the endpoint: when it may be tried again, and what there is to say about it.
 * Changed by one thread, read by any.
 */
final class Standing {
  /** Between two questions whether an endpoint that wanted no more has changed its mind. */
  static final Duration PROBE = Duration.ofHours(24);

  private final Clocks clocks;
  private final RandomGenerator random;
  private final FailureLog log;
  private Clocks.Due pause;
  private int failures;
  private boolean gone;
  private volatile @Nullable Instant lastDeliveryAt;
  private volatile @Nullable String lastError;
  private volatile @Nullable Long clockSkewSeconds;

  Standing(Clocks clocks, RandomGenerator random) {
    this.clocks = clocks;
    this.random = random;
    this.log = new FailureLog(clocks);
    this.pause = clocks.in(Duration.ZERO);
  }

  /** Takes note of an attempt. Returns the wait before the next. */
  Duration learn(Sent sent) {
    if (sent.clockSkewSeconds() != null) {
      clockSkewSeconds = sent.clockSkewSeconds();
    }
    gone = sent.outcome() == DeliveryClass.GONE;
    if (sent.outcome() == DeliveryClass.DELIVERED) {
      failures = 0;
      lastError = null;
      lastDeliveryAt = clocks.now();
      log.succeeded().ifPresent(line -> Logger.info("{}", line));
      return Duration.ZERO;
    }
    failures++;
    Backoff backoff =
        sent.outcome() == DeliveryClass.MISCONFIGURED ? Backoff.MISCONFIGURED : Backoff.TRANSIENT;
    return fail(
        sent.note(),
        gone ? PROBE : backoff.delay(failures, random.nextDouble(), sent.retryAfter()));
  }

  /** Takes note of a failure on our own side. Returns the wait, as it was given. */
  Duration fail(String note, Duration wait) {
    lastError = note;
    log.failed(note).ifPresent(line -> Logger.warn("{}", line));
    pause = clocks.in(wait);
    return wait;
  }

  /** How long the endpoint is to be left alone. */
  Duration pause() {
    return clocks.left(pause);
  }

  /** Whether it said that it wants no more. */
  boolean isGone() {
    return gone;
  }

  /** Ends a pause, but not the one that the endpoint wanted for good. */
  void cutShort() {
    if (!gone) {
      pause = clocks.in(Duration.ZERO);
    }
  }

  /** Begins anew: it is another endpoint, or we have other means. */
  void forget() {
    gone = false;
    failures = 0;
    cutShort();
  }

  DeliveryState state(Spool spool) {
    return new DeliveryState(
        lastDeliveryAt,
        lastError,
        clockSkewSeconds,
        spool.pendingCount(),
        spool.quarantinedCount(),
        spool.droppedCount());
  }
}
