package org.kextwatch.agent.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The result of one attempt.
 *
 * @param retryAfter the wait that the endpoint asks for, {@code null} if none
 * @param note one sentence for people; of the address only scheme, host and port
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's, {@code null} if the
 *     response has no date
 * @param remedy what an operator can do, empty if nothing; a warning if the event was delivered
 */
public record SendResult(
    DeliveryOutcome outcome,
    @Nullable Duration retryAfter,
    String note,
    @Nullable Long clockSkewSeconds,
    String remedy) {

  /** An attempt that got no response. */
  static SendResult noResponse(DeliveryOutcome outcome, String note, String remedy) {
    return new SendResult(outcome, null, note, null, remedy);
  }
}
