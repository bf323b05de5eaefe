package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Status;

/**
 * Puts a line into the log of macOS where an admin looks with {@code log show}: at the start, at a
 * change of the verdict that is reported, and at the end. Java has no way into that log without
 * native code; logger(1) has one (belief:log-lines). A line that cannot be written is not missed:
 * {@code agent.log} has more. Each says only verdict, reason and version.
 */
final class SystemLog {
  /** A logger that hangs holds up the cycle, and the end, for so long and no longer. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** One of its own, because that of the daemon runs nothing more when the daemon ends. */
  private final ToolRunner tools;

  SystemLog(SystemRoot root) {
    this.tools = new ToolRunner(root);
  }

  /** Writes the line of an event, if it has one. */
  void tell(EventData event) {
    line(event).ifPresent(this::write);
  }

  /** Says that the daemon ends on purpose. */
  void tellEnd() {
    write("Kextwatch " + Version.current() + " ends");
  }

  static Optional<String> line(EventData event) {
    if (event instanceof StartedData started) {
      return Optional.of(
          "Kextwatch %s starts: %s".formatted(Version.current(), verdict(started.status())));
    }
    return event instanceof ChangedData changed
            && changed.changes().stream().anyMatch(Change::isOfVerdict)
        ? Optional.of("Kextwatch %s: %s".formatted(Version.current(), verdict(changed.status())))
        : Optional.empty();
  }

  private static String verdict(Status status) {
    return "verdict %s, reason %s"
        .formatted(EnumWord.of(status.verdict()), EnumWord.of(status.reason()));
  }

  private void write(String line) {
    tools.run(Tool.LOGGER, TIMEOUT, List.of("-p", "daemon.notice", "-t", "kextwatch", line));
  }
}
