package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/** What a change means to those who watch a fleet. */
public enum Transition {
  /** This Mac came to be at risk. */
  NEW,
  /** It is protected (again). */
  RESOLVED,
  CHANGED;

  /** Between the status told last, {@code null} for none, and the one told now. */
  public static Transition between(@Nullable Status told, Status now) {
    Verdict before = told == null ? null : told.verdict();
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
