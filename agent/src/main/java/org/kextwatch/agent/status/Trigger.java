package org.kextwatch.agent.status;

/** Why the loader ran. */
public enum Trigger {
  /** A grant is there: load it. */
  APPROVED,
  /** It fails by design; macOS then keeps (or brings back) the Allow button. */
  PROMPT_RENEWAL
}
