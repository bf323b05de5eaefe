package org.kextwatch.program;

import java.util.List;
import java.util.Locale;
import org.kextwatch.agent.daemon.QuietDay;

/**
 * What the daemon costs on a quiet Mac, in several ways to run it.
 *
 * @param ways each way to run it, the one that a release brings first
 * @param awaitingWakeUps a second while approval is awaited, as a release runs
 * @param day own processor time of a quiet day as a release runs, in seconds
 * @param counted what else such a day costs, in virtual time
 * @param cycle processor time of a cycle with one POST, as a release runs
 * @param script the same for the script
 */
record Footprint(
    List<Way> ways,
    double awaitingWakeUps,
    double day,
    QuietDay.Cost counted,
    Cycle cycle,
    Cycle script) {
  /** In a mebibyte. */
  private static final double MEGABYTES = 1.048_576;

  /**
   * A way to run the daemon.
   *
   * @param anonymous in MiB, after the time of rest
   * @param resident in MiB
   * @param wakeUps a second
   * @param start seconds from its start to the first status, the median
   */
  record Way(String name, double anonymous, double resident, double wakeUps, double start) {}

  /**
   * Processor time of one cycle.
   *
   * @param own milliseconds of the process itself
   * @param all with those of the tools that it starts
   */
  record Cycle(double own, double all) {}

  double ratio() {
    return cycle.all / script.all;
  }

  /** As tables for people and for Markdown. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "| | anonymous | resident | wake-ups a second, quiet | start to first status |");
    line(text, "|---|---|---|---|---|");
    for (Way way : ways) {
      line(
          text,
          "| %s | %.1f MiB | %.1f MiB | %.2f | %.2f s |",
          way.name,
          way.anonymous,
          way.resident,
          way.wakeUps,
          way.start);
    }
    line(text, "");
    line(text, "| as a release runs | goal | measured | command |");
    line(text, "|---|---|---|---|");
    Way first = ways.get(0);
    goal(text, "anonymous memory at rest", 30, first.anonymous * MEGABYTES, "MB");
    goal(text, "resident", 68, first.resident * MEGABYTES, "MB");
    goal(text, "wake-ups a second, quiet", 0.5, first.wakeUps, "/s");
    goal(text, "… while approval is awaited", 1.6, awaitingWakeUps, "/s");
    goal(text, "a quiet day: own processor time", 6, day, "s");
    goal(text, "… child processes, in 24 virtual hours", 360, (double) counted.processes(), "");
    goal(text, "… forced writes", 30, (double) counted.forcedWrites(), "");
    goal(text, "… sent", 500, counted.bytesSent() / 1e3, "kB");
    goal(
        text,
        "own processor time of a cycle with one POST over a fresh TLS connection",
        18,
        cycle.own,
        "ms");
    goal(
        text,
        "… with its tools, in percent of the same in bash, curl, jq and sqlite3",
        65,
        100 * ratio(),
        "%");
    goal(text, "start to first status", 0.6, first.start, "s");
    line(text, "");
    line(
        text,
        "The daemon's cycle: %.1f ms itself, %.1f ms with its tools. The script's: %.1f ms.",
        cycle.own,
        cycle.all,
        script.all);
    return text.toString();
  }

  private static void goal(
      StringBuilder text, String name, double goal, double measured, String unit) {
    String missed =
        measured <= goal
            ? ""
            : String.format(Locale.ROOT, ", missed by %.0f %%", (measured / goal - 1) * 100);
    String value = String.format(Locale.ROOT, format(measured) + " %s", measured, unit);
    line(
        text,
        "| %s | ≤ %s | %s%s | the same run |",
        name,
        (plain(goal) + " " + unit).strip(),
        value.strip(),
        missed);
  }

  private static String format(double number) {
    boolean isWhole = number == Math.rint(number) || number >= 100;
    return isWhole ? "%.0f" : number < 10 ? "%.2f" : "%.1f";
  }

  private static String plain(double number) {
    return String.format(Locale.ROOT, number % 1 == 0 ? "%.0f" : "%.1f", number);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append("\n");
  }
}
