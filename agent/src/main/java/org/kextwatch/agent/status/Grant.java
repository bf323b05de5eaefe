package org.kextwatch.agent.status;

/** Who has approved the kext, by macOS' approval database. */
public enum Grant {
  USER,
  MDM,
  USER_AND_MDM,
  /** The database is readable and has no row for it. */
  NONE,
  LISTED_NOT_ALLOWED,
  UNREADABLE;

  /** Whether the kext is approved. */
  public boolean isGiven() {
    return this == USER || this == MDM || this == USER_AND_MDM;
  }
}
