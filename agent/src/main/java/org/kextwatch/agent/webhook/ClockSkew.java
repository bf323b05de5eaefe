package org.kextwatch.agent.webhook;

/**
 * The difference between this Mac's clock and the endpoint's.
 *
 * @param seconds ahead of the endpoint's; negative if behind
 */
public record ClockSkew(long seconds) {
  /** Receivers refuse a signature that is older or newer (Standard Webhooks). */
  private static final long MAX_SIGNATURE_AGE = 300;

  private static final long UNUSUAL = 60;

  /** Whether receivers reject signatures because of it. */
  public boolean breaksSignatures() {
    return Math.abs(seconds) > MAX_SIGNATURE_AGE;
  }

  /** Whether it is more than a clock shows that macOS sets automatically. */
  public boolean isUnusual() {
    return Math.abs(seconds) > UNUSUAL;
  }

  /** Completes the sentence "this Mac's clock is …". */
  public String words() {
    return seconds == 0
        ? "the same as the endpoint's"
        : "%d s %s the endpoint's"
            .formatted(Math.abs(seconds), seconds > 0 ? "ahead of" : "behind");
  }
}
