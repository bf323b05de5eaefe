package org.kextwatch.agent.status;

/** Whether Defender could be asked, and what it was that answered. */
public enum Reachability {
  OK,
  NOT_INSTALLED,
  /** Not signed by Microsoft, or others could exchange it: never run. */
  NOT_TRUSTED,
  NOT_EXECUTABLE,
  /** The command ran but its own daemon did not answer it (exit 3, or the texts of that case). */
  DAEMON_UNREACHABLE,
  TIMEOUT,
  /** It ran and printed not one health field that is known. */
  UNPARSABLE;

  /** Whether Defender was seen: to be there, not to be there, or not to be what it should. */
  public boolean isKnown() {
    return switch (this) {
      case OK, NOT_INSTALLED, NOT_TRUSTED -> true;
      case NOT_EXECUTABLE, DAEMON_UNREACHABLE, TIMEOUT, UNPARSABLE -> false;
    };
  }
}
