package org.kextwatch.agent.webhook;

import java.util.Base64;
import java.util.Optional;

/**
 * The key that endpoint and agent share: 24 to 64 random bytes in padded base64, usually after
 * {@code whsec_} (Standard Webhooks 1.0.0).
 */
public final class WebhookSecret {
  private static final String PREFIX = "whsec_";
  private static final int MIN_BYTES = 24;
  private static final int MAX_BYTES = 64;

  private final byte[] key;

  private WebhookSecret(byte[] key) {
    this.key = key;
  }

  /** Why a text is not a secret, without the text itself; empty if it is one. */
  public static Optional<String> flaw(String text) {
    String base64 = base64(text);
    if (base64.startsWith("whsk_") || base64.startsWith("whpk_")) {
      return Optional.of("an Ed25519 key; only v1 is supported, whose secrets begin with whsec_");
    }
    byte[] key;
    try {
      key = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return Optional.of("not base64 after whsec_");
    }
    if (!Base64.getEncoder().encodeToString(key).equals(base64)) {
      return Optional.of("base64 without its padding, or with stray bits");
    }
    return key.length < MIN_BYTES || key.length > MAX_BYTES
        ? Optional.of("%d bytes long, not 24 to 64".formatted(key.length))
        : Optional.empty();
  }

  /**
   * Parses a secret; blanks around it are ignored.
   *
   * @throws IllegalArgumentException if it has a {@link #flaw}
   */
  public static WebhookSecret parse(String text) {
    flaw(text)
        .ifPresent(
            flaw -> {
              throw new IllegalArgumentException("not a webhook secret: it is " + flaw);
            });
    return new WebhookSecret(Base64.getDecoder().decode(base64(text)));
  }

  private static String base64(String text) {
    String stripped = text.strip();
    return stripped.startsWith(PREFIX) ? stripped.substring(PREFIX.length()) : stripped;
  }

  byte[] key() {
    return key.clone();
  }

  @Override
  public String toString() {
    return "***";
  }
}
