package org.kextwatch.agent.status;

/** Why the loader ran. */
public enum Trigger {
  /** The kext is approved, or a profile allows it. */
  APPROVED,
  /** The load fails by design: macOS shows the Allow button for another 30 minutes. */
  PROMPT_RENEWAL
}
