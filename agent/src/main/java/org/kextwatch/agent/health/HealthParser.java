package org.kextwatch.agent.health;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** Parses one run of {@code mdatp}. Pure. */
final class HealthParser {
  /**
   * Documented for years and never contradicted, unlike the other exit codes of mdatp
   * (belief:mdatp-exit-codes).
   */
  private static final int NO_CONNECTION = 3;

  /**
   * "Failed to connect" (2019), "Input/output error" alone on its line (NixOS/nixpkgs#348654) and
   * the words of Microsoft's Linux installer. No full text of a current macOS version is known.
   */
  private static final Pattern UNCONNECTED =
      Pattern.compile(
          "(?i)failed to connect|could not connect to the daemon|^\\s*+input/output error\\s*+$");

  private HealthParser() {}

  static Health of(ToolRun run) {
    if (run instanceof ToolRun.Finished finished) {
      return of(finished);
    }
    return Health.unreachable(reachability(run), null);
  }

  /** The known fields decide; the exit code counts only if there are none. */
  private static Health of(ToolRun.Finished run) {
    Map<HealthField, FieldValue> values = HealthOutput.read(run.stdout());
    if (!values.isEmpty()) {
      return HealthMapper.health(values, run.exitCode());
    }
    boolean unconnected =
        run.exitCode() == NO_CONNECTION
            || Stream.of(run.stdout(), run.stderr())
                .flatMap(String::lines)
                .anyMatch(line -> UNCONNECTED.matcher(line).find());
    return Health.unreachable(
        unconnected ? Reachability.DAEMON_UNREACHABLE : Reachability.UNPARSABLE, run.exitCode());
  }

  /**
   * A run that was cancelled, or an update during it, says as little about the Mac as a timeout.
   */
  private static Reachability reachability(ToolRun run) {
    if (!(run instanceof ToolRun.NotRun notRun)) {
      return Reachability.TIMEOUT;
    }
    return switch (notRun.cause()) {
      case MISSING -> Reachability.NOT_INSTALLED;
      case NOT_EXECUTABLE -> Reachability.NOT_EXECUTABLE;
      case NOT_TRUSTED -> Reachability.NOT_TRUSTED;
      case REPLACED, INTERRUPTED -> Reachability.TIMEOUT;
    };
  }
}
