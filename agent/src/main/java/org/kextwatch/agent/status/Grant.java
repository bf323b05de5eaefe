package org.kextwatch.agent.status;

/** What the approval database says of the kext. */
public enum Grant {
  USER,
  MDM,
  USER_AND_MDM,
  /** The database is readable and has no row for it. */
  NONE,
  LISTED_NOT_ALLOWED,
  UNREADABLE;

  /** Whether somebody approved. */
  public boolean isGiven() {
    return this == USER || this == MDM || this == USER_AND_MDM;
  }
}
