package org.kextwatch.demo.receiver;

import org.kextwatch.agent.webhook.WebhookSecret;
import org.kextwatch.agent.webhook.WebhookSignature;

/** Verifies that the sender of a delivery knows the secret. */
@FunctionalInterface
public interface SignatureVerifier {
  /**
   * Whether a Standard Webhooks signature, v1, is valid. {@link DeliveryHandler} checks its age.
   *
   * @param id the header {@code webhook-id}, empty if there is none
   * @param timestamp the header {@code webhook-timestamp}, seconds since 1970
   * @param body the exact bytes
   * @param signatureHeader the header {@code webhook-signature}, empty if there is none
   */
  boolean isValid(String id, long timestamp, byte[] body, String signatureHeader);

  /**
   * A verifier for one secret.
   *
   * @throws IllegalArgumentException if it is no webhook secret; the message does not show it
   */
  static SignatureVerifier of(String secretText) {
    WebhookSecret secret = WebhookSecret.parse(secretText);
    return (id, timestamp, body, header) ->
        WebhookSignature.isValid(secret, header, id, timestamp, body);
  }
}
