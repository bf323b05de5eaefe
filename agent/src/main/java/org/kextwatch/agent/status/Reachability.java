package org.kextwatch.agent.status;

/** Whether Defender could be asked for its health, else why not. */
public enum Reachability {
  OK,
  NOT_INSTALLED,
  /** Not signed by Microsoft, or others than root can replace it: it is not run. */
  NOT_TRUSTED,
  NOT_EXECUTABLE,
  /** The command ran but its own daemon did not answer it (exit 3, or the texts of that case). */
  DAEMON_UNREACHABLE,
  TIMEOUT,
  /** It ran and printed no known health field. */
  UNPARSABLE;

  /** Whether this says something about Defender itself, and not only that a look failed. */
  public boolean isKnown() {
    return switch (this) {
      case OK, NOT_INSTALLED, NOT_TRUSTED -> true;
      case NOT_EXECUTABLE, DAEMON_UNREACHABLE, TIMEOUT, UNPARSABLE -> false;
    };
  }
}
