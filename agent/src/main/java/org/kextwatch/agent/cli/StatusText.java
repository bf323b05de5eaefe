package org.kextwatch.agent.cli;

import java.time.Instant;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.doctor.Age;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Status;
import picocli.CommandLine.Help.Ansi;

/** The status for people, on one screen. */
public final class StatusText {
  private StatusText() {}

  /**
   * Writes the status.
   *
   * @param isRunning whether the daemon runs, {@code null} if that is not known
   * @param ansi whether there is a terminal that shows colours
   */
  static String of(Status status, Instant now, @Nullable Boolean isRunning, Ansi ansi) {
    boolean isStale = status.isStale(now);
    StringJoiner lines = new StringJoiner("\n");
    lines.add(headline(status, isStale, ansi));
    lines.add(status.summary());
    if (!status.advice().isEmpty()) {
      lines.add(row("What to do", status.advice()));
    }
    lines.add(row("Why", EnumWord.of(status.reason())));
    if (status.verdictSince() != null) {
      lines.add(row("Since", Age.text(status.verdictSince(), now)));
    }
    lines.add(row("Extension", extension(status.extension())));
    Attempt last = status.extension().lastAttempt();
    if (last != null) {
      lines.add(row("Last attempt", EnumWord.of(last.outcome()) + ", " + Age.text(last.at(), now)));
    }
    lines.add(row("Health", health(status.health())));
    lines.add(row("Delivery", delivery(status.agent(), now)));
    lines.add(row("Seen", Age.text(status.observedAt(), now)));
    if (Boolean.FALSE.equals(isRunning)) {
      lines.add(row("Daemon", "not running; see: sudo kextwatch doctor"));
    }
    status.agent().warnings().forEach(warning -> lines.add(row("Warning", warning)));
    return lines.toString();
  }

  private static String headline(Status status, boolean isStale, Ansi ansi) {
    String verdict = EnumWord.spoken(status.verdict()).toUpperCase(Locale.ROOT);
    String colour =
        switch (status.verdict()) {
          case PROTECTED -> isStale ? "yellow" : "green";
          case AT_RISK -> "red";
          case UNKNOWN -> "yellow";
        };
    return ansi.string("@|bold,%s %s|@".formatted(colour, verdict))
        + (isStale ? " at the last look: this status is old" : "")
        + (status.settling() ? " (settling: the Mac or Defender has just started)" : "");
  }

  private static String extension(Extension extension) {
    if (extension.kind() == ExtensionKind.SYSTEM) {
      return "system, %s (%s)".formatted(EnumWord.of(extension.state()), extension.grantEvidence());
    }
    return "%s, %s, %s; grant: %s (%s)"
        .formatted(
            EnumWord.of(extension.kind()),
            EnumWord.of(extension.state()),
            threeWays(extension.loaded(), "loaded", "not loaded", "not known whether loaded"),
            EnumWord.of(extension.grant()),
            extension.grantEvidence());
  }

  private static String health(Health health) {
    return "%s, real-time protection %s and %s%s%s"
        .formatted(
            EnumWord.of(health.reachability()),
            threeWays(health.realTimeProtectionEnabled(), "on", "off", "not reported"),
            threeWays(
                health.realTimeProtectionAvailable(),
                "available",
                "unavailable",
                "availability not reported"),
            health.expiresAt() == null ? "" : ", expires on " + health.expiresAt(),
            health.issues().isEmpty() ? "" : "; " + String.join(", ", health.issues()));
  }

  private static String delivery(AgentState agent, Instant now) {
    long pending = agent.pendingEvents();
    String waiting = pending == 1 ? "1 event waits" : pending + " events wait";
    String last =
        agent.lastDeliveryAt() == null
            ? "nothing delivered yet"
            : "last delivered " + Age.text(agent.lastDeliveryAt(), now);
    String error = agent.lastDeliveryError();
    return waiting + ", " + last + (error == null ? "" : "; " + error);
  }

  private static String threeWays(@Nullable Boolean value, String yes, String no, String unknown) {
    return value == null ? unknown : value ? yes : no;
  }

  private static String row(String name, String text) {
    return "  %-13s %s".formatted(name, text);
  }
}
