package org.kextwatch.agent.status;

/** What came of one run of the loader. */
public enum Outcome {
  LOADED,
  POLICY_BLOCKED,
  RESTART_REQUIRED,
  /** Exit 0, yet the kernel's list lacks the kext. */
  LOADED_NOTHING,
  BAD_SIGNATURE,
  BAD_OWNERSHIP,
  STAGING_FAILED,
  OTHER_VERSION_LOADED,
  /** Another vendor's kext failed in our run. */
  FOREIGN_EXTENSION,
  WRONG_ARCHITECTURE,
  NOT_FOUND,
  NOT_ROOT,
  TIMEOUT,
  FAILED
}
