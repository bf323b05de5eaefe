package org.kextwatch.demo.receiver;

import org.kextwatch.agent.webhook.WebhookSecret;
import org.kextwatch.agent.webhook.WebhookSignature;

/** Whether somebody who knows the secret signed this. */
@FunctionalInterface
public interface SignatureCheck {
  /**
   * Checks a Standard Webhooks signature, v1. How old it may be is judged elsewhere.
   *
   * @param id the header {@code webhook-id}, empty if there is none
   * @param timestamp the header {@code webhook-timestamp}, seconds since 1970
   * @param body the exact bytes
   * @param signatureHeader the header {@code webhook-signature}, empty if there is none
   */
  boolean holds(String id, long timestamp, byte[] body, String signatureHeader);

  /**
   * The check for one secret.
   *
   * @throws IllegalArgumentException if it is no webhook secret; the message does not show it
   */
  static SignatureCheck of(String secretText) {
    WebhookSecret secret = WebhookSecret.parse(secretText);
    return (id, timestamp, body, header) ->
        WebhookSignature.isValid(secret, header, id, timestamp, body);
  }
}
