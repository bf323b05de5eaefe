package org.kextwatch.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * Tells a story for a person to watch: who did what, in a column each, and when. Lines are only
 * ever added, so it can be piped, recorded and read again. Thread-safe: the tellers are several.
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

  /** What this is, and the heads of the columns; its chapters are counted from one. */
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

  /** A new part of the story begins. */
  public synchronized void chapter(String title) {
    chapter++;
    String head = "── %d. %s ".formatted(chapter, title);
    line("");
    line(paint(BOLD, head + "─".repeat(Math.max(0, WIDTH - head.length()))));
    line("");
  }

  /** Somebody did, saw or said something. */
  public synchronized void tell(Lane lane, String text) {
    row(lane, lane.colour(), WrappedText.lines(text, LANE));
  }

  /** The operator got something; whether its signature holds is told at its end. */
  public synchronized void delivered(String text, boolean verified) {
    row(Lane.OPERATOR, Lane.OPERATOR.colour(), WrappedText.lines(text, LANE));
    String seal = verified ? "✓ the signature holds" : "✗ the signature is wrong";
    mark(Lane.OPERATOR, verified ? GREEN : RED, seal);
  }

  /** What was awaited has come. */
  public synchronized void arrived(Lane lane, String text) {
    row(lane, GREEN, WrappedText.lines("✓ " + text, LANE));
  }

  /** What was awaited has not come in time. */
  public synchronized void missed(Lane lane, String awaited, Duration deadline) {
    row(
        lane,
        RED,
        WrappedText.lines("✗ not within %s: %s".formatted(seconds(deadline), awaited), LANE));
  }

  /** The last word. */
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

  private void mark(Lane lane, String style, String text) {
    line(" ".repeat(TIME) + cells(lane, style, text));
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

  /** Who does something in the story, each in a column of their own. */
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

    /** The ANSI sequence that switches it on. */
    String colour() {
      return colour;
    }
  }
}
