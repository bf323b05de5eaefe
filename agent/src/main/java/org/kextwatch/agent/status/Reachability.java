package org.kextwatch.agent.status;

/** Whether Defender could be asked, and what it was that answered. */
public enum Reachability {
  OK,
  NOT_INSTALLED,
  /** Not signed by Microsoft, therefore never run. */
  NOT_TRUSTED,
  NOT_EXECUTABLE,
  /** The command ran but its own daemon did not answer it (exit 3, or the texts of that case). */
  DAEMON_UNREACHABLE,
  TIMEOUT,
  /** It ran and printed not one health field that is known. */
  UNPARSABLE
}
