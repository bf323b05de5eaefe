package org.kextwatch.agent.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the agent may use of its Mac.
 *
 * @param residentBytes of memory
 * @param cpuShare of one core, without the tools that it runs
 */
public record ResourceBudget(long residentBytes, double cpuShare) {
  /** What README promises. */
  public static final ResourceBudget PROMISED = new ResourceBudget(130_000_000, 0.01);

  /** In a shorter time the start of the program counts for too much. */
  private static final Duration SHORTEST = Duration.ofMinutes(10);

  private static final double MEGABYTE = 1e6;

  /**
   * What is over the budget, in words; empty for nothing. What is not known is not over it.
   *
   * @param used the processor time in this time, and the memory now
   */
  public List<String> exceededBy(Resources used, Duration time) {
    List<String> over = new ArrayList<>();
    if (used.residentBytes() != null && used.residentBytes() > residentBytes) {
      over.add(
          words(
              "%.0f MB of memory (%.0f)",
              used.residentBytes() / MEGABYTE, residentBytes / MEGABYTE));
    }
    if (used.cpuSeconds() != null && time.compareTo(SHORTEST) >= 0) {
      double share = used.cpuSeconds() * 1000 / time.toMillis();
      if (share > cpuShare) {
        over.add(words("%.1f %% of a core (%.0f)", share * 100, cpuShare * 100));
      }
    }
    return over;
  }

  private static String words(String format, double used, double most) {
    return String.format(Locale.ROOT, format, used, most);
  }
}
