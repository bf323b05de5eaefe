package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kextwatch.agent.Script;

/** What a benchmark has measured, for people. */
public final class BenchTable {
  private final List<String> lines = new ArrayList<>();

  void title(String title) {
    lines.add(title);
  }

  /** What the rows below it are about, and in which unit. */
  public void head(String title) {
    lines.add("%-44s %10s %10s".formatted(title, "p50", "p99"));
  }

  public void row(String name, List<Duration> times) {
    lines.add(
        "%-44s %10s %10s".formatted(name, millis(rank(times, 0.5)), millis(rank(times, 0.99))));
  }

  public void fact(String name, String value) {
    lines.add("%-44s %10s".formatted(name, value));
  }

  /** Prints it, and keeps it in the target folder. */
  public void print(String fileName) throws IOException {
    String text = String.join("\n", lines) + "\n";
    Path file = Script.AGENT.resolve("target").resolve(fileName);
    Files.writeString(file, text);
    System.out.print(text);
  }

  /** The time that this part of them did not exceed. */
  public static Duration rank(List<Duration> times, double part) {
    List<Duration> sorted = times.stream().sorted().toList();
    return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.2f", time.toNanos() / 1e6);
  }
}
