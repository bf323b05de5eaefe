package org.kextwatch.agent.status;

/** How far Defender's extension has come. */
public enum ExtensionState {
  ABSENT,
  /** Nobody was asked yet: no attempt of this boot, no row in the approval database. */
  NEVER_REQUESTED,
  AWAITING_APPROVAL,
  APPROVED_INACTIVE,
  PENDING_RESTART,
  ACTIVE,
  DISABLED,
  /** A load failed for another reason than approval. */
  BLOCKED,
  /** The database says approved, the kernel's gatekeeper refused all the same. */
  CONFLICT,
  UNKNOWN
}
