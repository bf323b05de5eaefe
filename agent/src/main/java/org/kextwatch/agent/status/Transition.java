package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/** What a change means for an alert. */
public enum Transition {
  /** The Mac is at risk now, and was not before. */
  NEW,
  /** The Mac is protected now, and was not before. */
  RESOLVED,
  CHANGED;

  /**
   * From one status to another.
   *
   * @param lastReported the status reported last, {@code null} for none
   */
  public static Transition between(@Nullable Status lastReported, Status now) {
    Verdict before = lastReported == null ? null : lastReported.verdict();
    if (now.verdict() == before) {
      return CHANGED;
    }
    return switch (now.verdict()) {
      case AT_RISK -> NEW;
      case PROTECTED -> RESOLVED;
      case UNKNOWN -> CHANGED;
    };
  }
}
