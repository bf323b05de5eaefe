package org.kextwatch.agent.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.status.ResourceBudget;
import org.kextwatch.agent.status.Resources;
import org.kextwatch.agent.status.Status;

/** Compares what the agent uses with what README promises. */
final class ResourceCheck {
  private static final double MEGABYTE = 1e6;

  private ResourceCheck() {}

  /** Of the last status; the processor time is that since the start of the agent. */
  static CheckResult of(Status status) {
    Resources used = status.agent().resources();
    Duration age = Duration.between(status.agent().startedAt(), status.observedAt());
    String words = used == null ? "" : words(used, age);
    if (used == null || words.isEmpty()) {
      return CheckResult.cannotTell("the last status does not say what the agent uses", "");
    }
    List<String> over = ResourceBudget.PROMISED.exceededBy(used, age);
    return over.isEmpty()
        ? CheckResult.ok(words)
        : CheckResult.warn(
            "it is over its budget: " + String.join(", ", over),
            "Run: sudo launchctl kickstart -k system/%s. If it comes back, report it with what"
                    .formatted(AgentPaths.LABEL)
                + " sudo kextwatch support FILE writes.");
  }

  private static String words(Resources used, Duration age) {
    StringJoiner words = new StringJoiner(", ");
    if (used.residentBytes() != null) {
      words.add(String.format(Locale.ROOT, "%.0f MB of memory", used.residentBytes() / MEGABYTE));
    }
    if (used.cpuSeconds() != null) {
      words.add(
          String.format(
              Locale.ROOT,
              "%.1f s of processor time in %d minutes",
              used.cpuSeconds(),
              age.toMinutes()));
    }
    return words.toString();
  }
}
