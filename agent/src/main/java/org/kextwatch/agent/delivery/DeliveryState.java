package org.kextwatch.agent.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/**
 * The state of the delivery, for the status document.
 *
 * @param lastDeliveryAt {@code null} before the first delivery since the start
 * @param lastError of the last attempt, {@code null} if it succeeded; of an address only scheme,
 *     host and port
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's, {@code null} if not
 *     known
 * @param pending events in the spool
 * @param quarantined files in quarantine
 */
public record DeliveryState(
    @Nullable Instant lastDeliveryAt,
    @Nullable String lastError,
    @Nullable Long clockSkewSeconds,
    long pending,
    long quarantined) {

  /** Before the first attempt. */
  static final DeliveryState NONE = new DeliveryState(null, null, null, 0, 0);

  /** After an attempt. */
  DeliveryState after(SendResult result, Instant now) {
    boolean isDelivered = result.outcome() == DeliveryOutcome.DELIVERED;
    return new DeliveryState(
        isDelivered ? now : lastDeliveryAt,
        isDelivered ? null : result.note(),
        result.clockSkewSeconds() == null ? clockSkewSeconds : result.clockSkewSeconds(),
        pending,
        quarantined);
  }

  /** After a failure on this Mac. */
  DeliveryState withError(String error) {
    return new DeliveryState(lastDeliveryAt, error, clockSkewSeconds, pending, quarantined);
  }

  /** The same with the current counts of the spool. */
  DeliveryState withCounts(Spool spool) {
    return new DeliveryState(
        lastDeliveryAt,
        lastError,
        clockSkewSeconds,
        spool.pendingCount(),
        spool.quarantinedCount());
  }

  /** Whether the last attempt was a delivery; false before the first. */
  public boolean isDelivering() {
    return lastDeliveryAt != null && lastError == null;
  }
}
