package org.kextwatch.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * Prints a story in three columns, with the time of each step: the Mac, Kextwatch, the operator.
 * Output is only appended, so it can go to a pipe or a file. Thread-safe.
 */
public final class Timeline {
  private static final int TIME = 7;
  private static final int LANE = 27;
  private static final int WIDTH = TIME + Lane.values().length * (LANE + 3);
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String OFF = "\u001b[0m";

  private final PrintStream out;
  private final boolean colour;
  private final InstantSource clock;
  private final Instant start;
  private int chapter;

  /**
   * Starts the clock of the story.
   *
   * @param out takes UTF-8
   * @param colour whether to use ANSI colours
   */
  public Timeline(PrintStream out, boolean colour) {
    this(out, colour, InstantSource.system());
  }

  Timeline(PrintStream out, boolean colour, InstantSource clock) {
    this.out = out;
    this.colour = colour;
    this.clock = clock;
    this.start = clock.instant();
  }

  /** Prints a title and the column heads. Chapters are counted from one again. */
  public synchronized void open(String title) {
    chapter = 0;
    line("");
    WrappedText.lines(title, WIDTH - 2).forEach(text -> line("  " + paint(BOLD, text)));
    line("");
    StringBuilder heads = new StringBuilder(" ".repeat(TIME));
    StringBuilder rule = new StringBuilder("─".repeat(TIME));
    for (Lane lane : Lane.values()) {
      heads.append(" │ ").append(paint(BOLD + lane.colour(), padded(lane.title(), LANE)));
      rule.append("─┼─").append("─".repeat(LANE));
    }
    line(heads.toString());
    line(paint(DIM, rule.toString()));
  }

  /** Prints the heading of a chapter. */
  public synchronized void chapter(String title) {
    chapter++;
    String head = "── %d. %s ".formatted(chapter, title);
    line("");
    line(paint(BOLD, head + "─".repeat(Math.max(0, WIDTH - head.length()))));
    line("");
  }

  /** Prints a step. */
  public synchronized void show(Lane lane, String text) {
    row(lane, lane.colour(), WrappedText.lines(text, LANE));
  }

  /** Prints an event that the operator received, and whether its signature is valid. */
  public synchronized void delivered(String text, boolean verified) {
    row(Lane.OPERATOR, Lane.OPERATOR.colour(), WrappedText.lines(text, LANE));
    String mark = verified ? "✓ valid signature" : "✗ invalid signature";
    line(" ".repeat(TIME) + cells(Lane.OPERATOR, verified ? GREEN : RED, mark));
  }

  /** Prints a step that was awaited and happened. */
  public synchronized void done(Lane lane, String text) {
    row(lane, GREEN, WrappedText.lines("✓ " + text, LANE));
  }

  /** Prints a step that did not happen in time. */
  public synchronized void missed(Lane lane, String step, Duration deadline) {
    row(
        lane,
        RED,
        WrappedText.lines("✗ not within %s: %s".formatted(seconds(deadline), step), LANE));
  }

  /** Prints the end of a story or an act. */
  public synchronized void close(String text) {
    line("");
    WrappedText.lines(text, WIDTH - 2).forEach(end -> line("  " + paint(BOLD, end)));
    line("");
  }

  private void row(Lane lane, String style, List<String> lines) {
    String time = seconds(Duration.between(start, clock.instant()));
    for (String text : lines) {
      line(
          paint(DIM, " ".repeat(Math.max(0, TIME - time.length())) + time)
              + cells(lane, style, text));
      time = "";
    }
  }

  private String cells(Lane lane, String style, String text) {
    StringBuilder cells = new StringBuilder();
    for (Lane each : Lane.values()) {
      cells.append(paint(DIM, " │ "));
      cells.append(each == lane ? paint(style, padded(text, LANE)) : " ".repeat(LANE));
    }
    return cells.toString();
  }

  private void line(String text) {
    out.print((colour ? text : text.stripTrailing()) + "\n");
    out.flush();
  }

  private String paint(String style, String text) {
    return colour ? style + text + OFF : text;
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  /** A column of the timeline. */
  public enum Lane {
    MAC("The Mac", "\u001b[36m"),
    KEXTWATCH("Kextwatch", "\u001b[35m"),
    OPERATOR("The operator", "\u001b[33m");

    private final String title;
    private final String colour;

    Lane(String title, String colour) {
      this.title = title;
      this.colour = colour;
    }

    String title() {
      return title;
    }

    /** An ANSI sequence. */
    String colour() {
      return colour;
    }
  }
}
