package org.kextwatch.agent.health;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** What one run of {@code mdatp} says about Defender's health. Pure. */
final class HealthParser {
  /**
   * Documented for years and never contradicted, unlike every other exit code of mdatp
   * (belief:mdatp-exit-codes).
   */
  private static final int NO_CONNECTION = 3;

  private HealthParser() {}

  static Health of(ToolRun run) {
    if (run instanceof ToolRun.Finished finished) {
      return of(finished);
    }
    return Health.unreachable(reachability(run), null);
  }

  /** The known fields decide; the exit code counts only where there are none. */
  private static Health of(ToolRun.Finished run) {
    Map<HealthField, FieldValue> readings = HealthOutput.read(run.stdout());
    if (!readings.isEmpty()) {
      return HealthMapper.health(readings, run.exitCode());
    }
    boolean unconnected =
        run.exitCode() == NO_CONNECTION
            || Stream.of(run.stdout(), run.stderr())
                .flatMap(String::lines)
                .anyMatch(HealthParser::tellsOfNoConnection);
    return Health.unreachable(
        unconnected ? Reachability.DAEMON_UNREACHABLE : Reachability.UNPARSABLE, run.exitCode());
  }

  /**
   * "Failed to connect" (2019), "Input/output error" alone on its line (NixOS/nixpkgs#348654) and
   * the words of Microsoft's Linux installer. No full text of a current macOS version is known.
   */
  private static boolean tellsOfNoConnection(String line) {
    String words = line.strip().toLowerCase(Locale.ROOT);
    return words.contains("failed to connect")
        || words.contains("could not connect to the daemon")
        || words.equals("input/output error");
  }

  /**
   * A run that we stopped, or an update, says as little about the Mac as one that took too long.
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
