package org.kextwatch.agent.status;

/** The outcome of one run of the loader. */
public enum Outcome {
  LOADED,
  POLICY_BLOCKED,
  RESTART_REQUIRED,
  /** Exit code 0, but the kext is not in the kernel's list. */
  LOADED_NOTHING,
  BAD_SIGNATURE,
  BAD_OWNERSHIP,
  STAGING_FAILED,
  OTHER_VERSION_LOADED,
  /** Another vendor's kext failed during the run. */
  FOREIGN_EXTENSION,
  WRONG_ARCHITECTURE,
  NOT_FOUND,
  NOT_ROOT,
  TIMEOUT,
  FAILED
}
