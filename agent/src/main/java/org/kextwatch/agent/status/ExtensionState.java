package org.kextwatch.agent.status;

/** The state of Defender's extension. */
public enum ExtensionState {
  ABSENT,
  /** macOS has not asked for approval yet: no attempt in this boot, no row in the database. */
  NEVER_REQUESTED,
  AWAITING_APPROVAL,
  APPROVED_INACTIVE,
  PENDING_RESTART,
  ACTIVE,
  DISABLED,
  /** A load failed for another reason than approval. */
  BLOCKED,
  /** The database says approved, but macOS refused the load as not approved. */
  CONFLICT,
  UNKNOWN
}
