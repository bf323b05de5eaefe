package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/** Who has approved the kext, by macOS' approval database. */
public enum Grant {
  USER,
  MDM,
  USER_AND_MDM,
  /** The database is readable and has no row for it. */
  NONE,
  LISTED_NOT_ALLOWED,
  UNREADABLE;

  /** Whether somebody approved; false for {@code null}. */
  public static boolean isGiven(@Nullable Grant grant) {
    return grant == USER || grant == MDM || grant == USER_AND_MDM;
  }
}
