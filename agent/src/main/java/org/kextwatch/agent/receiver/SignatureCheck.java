package org.kextwatch.agent.receiver;

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
}
