package org.kextwatch.agent.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt to deliver.
 *
 * @param retryAfter how long the endpoint asks to be left alone, {@code null} if it does not
 * @param note for people; of the address only scheme, host and port
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's, {@code null} if it
 *     did not tell its own
 * @param remedy what an operator can do, empty if there is nothing to do; with a delivered event it
 *     is a warning
 */
public record SendResult(
    DeliveryOutcome outcome,
    @Nullable Duration retryAfter,
    String note,
    @Nullable Long clockSkewSeconds,
    String remedy) {

  /** An attempt of which there is nothing to advise. */
  public SendResult(
      DeliveryOutcome outcome,
      @Nullable Duration retryAfter,
      String note,
      @Nullable Long clockSkewSeconds) {
    this(outcome, retryAfter, note, clockSkewSeconds, "");
  }

  /** An attempt that got no answer. */
  static SendResult unanswered(DeliveryOutcome outcome, String note, String remedy) {
    return new SendResult(outcome, null, note, null, remedy);
  }
}
