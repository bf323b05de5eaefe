package org.kextwatch.agent.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/**
 * How delivery goes.
 *
 * @param lastDeliveryAt {@code null} before the first since the start
 * @param lastError of the last attempt, {@code null} after a good one; of an address only scheme,
 *     host and port
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's, {@code null} if not
 *     known
 * @param pending events that wait
 * @param quarantined files that were put aside
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
  DeliveryState after(SendResult sent, Instant now) {
    boolean taken = sent.outcome() == DeliveryOutcome.DELIVERED;
    return new DeliveryState(
        taken ? now : lastDeliveryAt,
        taken ? null : sent.note(),
        sent.clockSkewSeconds() == null ? clockSkewSeconds : sent.clockSkewSeconds(),
        pending,
        quarantined);
  }

  /** After a failure on our own side. */
  DeliveryState failing(String error) {
    return new DeliveryState(lastDeliveryAt, error, clockSkewSeconds, pending, quarantined);
  }

  /** The same with what the spool holds now. */
  DeliveryState withCounts(Spool spool) {
    return new DeliveryState(
        lastDeliveryAt,
        lastError,
        clockSkewSeconds,
        spool.pendingCount(),
        spool.quarantinedCount());
  }

  /** Whether somebody took what was sent last; nobody did before the first delivery. */
  public boolean isListenedTo() {
    return lastDeliveryAt != null && lastError == null;
  }
}
