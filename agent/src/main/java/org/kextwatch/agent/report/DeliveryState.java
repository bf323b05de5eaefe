package org.kextwatch.agent.report;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

  /** Whether somebody took what was sent last; nobody did before the first delivery. */
  public boolean isListenedTo() {
    return lastDeliveryAt != null && lastError == null;
  }
}
