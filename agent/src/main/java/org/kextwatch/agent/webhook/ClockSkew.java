package org.kextwatch.agent.webhook;

/**
 * How far this Mac's clock is from the endpoint's.
 *
 * @param seconds ahead of it; behind it if negative
 */
public record ClockSkew(long seconds) {
  /** Receivers refuse a signature that is older or newer (Standard Webhooks). */
  private static final long MAX_SIGNATURE_AGE = 300;

  private static final long UNUSUAL = 60;

  /** Whether receivers refuse signatures because of it. */
  public boolean breaksSignatures() {
    return Math.abs(seconds) > MAX_SIGNATURE_AGE;
  }

  /** Whether it is more than a clock that is set by itself shows. */
  public boolean isUnusual() {
    return Math.abs(seconds) > UNUSUAL;
  }

  /** What this Mac's clock is, for people. */
  public String words() {
    return seconds == 0
        ? "the same as the endpoint's"
        : "%d s %s the endpoint's"
            .formatted(Math.abs(seconds), seconds > 0 ? "ahead of" : "behind");
  }
}
