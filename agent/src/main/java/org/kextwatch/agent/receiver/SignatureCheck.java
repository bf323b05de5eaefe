package org.kextwatch.agent.receiver;

import java.time.Instant;

/** Whether somebody who knows the secret sent this, and sent it just now. */
@FunctionalInterface
public interface SignatureCheck {
  /**
   * Checks a Standard Webhooks signature, v1, with a tolerance of 300 s.
   *
   * @param id the header {@code webhook-id}, empty if there is none
   * @param timestamp the header {@code webhook-timestamp}, empty if there is none
   * @param body the exact bytes
   * @param signatureHeader the header {@code webhook-signature}, empty if there is none
   */
  boolean holds(String id, String timestamp, byte[] body, String signatureHeader, Instant now);
}
