package org.kextwatch.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;
import org.tinylog.Logger;

/**
 * How we stand with the endpoint: when it may be tried again, and what there is to say about it.
 * Changed by one thread, read by any.
 */
final class Standing {
  /** Between two questions whether an endpoint that wanted no more has changed its mind. */
  static final Duration PROBE = Duration.ofHours(24);

  private final Supplier<Moment> clock;
  private final RandomGenerator random;
  private final Complaint complaint = new Complaint("Delivery");
  private Moment pause;
  private int failures;
  private boolean gone;
  private volatile @Nullable Instant lastDeliveryAt;
  private volatile @Nullable String lastError;
  private volatile @Nullable Long clockSkewSeconds;

  Standing(Supplier<Moment> clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    this.pause = clock.get();
  }

  /** Takes note of an attempt. Returns the wait before the next. */
  Duration learn(Sent sent, Suspicion suspicion) {
    if (sent.clockSkewSeconds() != null) {
      clockSkewSeconds = sent.clockSkewSeconds();
    }
    gone = sent.outcome() == DeliveryClass.GONE;
    if (sent.outcome() == DeliveryClass.DELIVERED) {
      failures = 0;
      lastError = null;
      lastDeliveryAt = clock.get().wall();
      complaint.worked().ifPresent(Logger::info);
      return Duration.ZERO;
    }
    failures++;
    double chance = random.nextDouble();
    Duration wait =
        switch (sent.outcome()) {
          case GONE -> PROBE;
          case SUSPECT -> suspicion.delay(chance);
          case MISCONFIGURED -> Backoff.MISCONFIGURED.delay(failures, chance);
          default -> Backoff.TRANSIENT.delay(failures, chance);
        };
    return fail(sent.note(), gone ? wait : Backoff.noSooner(wait, sent.retryAfter(), chance));
  }

  /** Takes note of a failure on our own side. Returns the wait, as it was given. */
  Duration fail(String note, Duration wait) {
    lastError = note;
    complaint.failed(note, clock.get()).ifPresent(Logger::warn);
    pause = clock.get().plus(wait);
    return wait;
  }

  /** How long the endpoint is to be left alone. */
  Duration pause() {
    return pause.until(clock.get());
  }

  /** Whether the last attempt failed. */
  boolean isFailing() {
    return failures > 0;
  }

  /** Whether it said that it wants no more. */
  boolean isGone() {
    return gone;
  }

  /** Ends a pause, but not the one that the endpoint wanted for good. */
  void cutShort() {
    if (!gone) {
      pause = clock.get();
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
        spool.quarantinedCount());
  }
}
