package org.kextwatch.agent.cli;

import org.kextwatch.agent.daemon.DaemonProcess;
import org.kextwatch.agent.status.Verdict;

/** The exit codes of the commands; 64 to 78 are those of sysexits(3). */
public final class ExitCode {
  public static final int OK = 0;
  static final int UNKNOWN = 2;
  public static final int USAGE = 64;
  public static final int UNAVAILABLE = 69;
  static final int INTERNAL = DaemonProcess.FAILED;
  static final int NEEDS_ROOT = 77;
  public static final int BAD_SETTINGS = 78;

  private ExitCode() {}

  static int of(Verdict verdict) {
    return switch (verdict) {
      case PROTECTED -> 0;
      case AT_RISK -> 1;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
