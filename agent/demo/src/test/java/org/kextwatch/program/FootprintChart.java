package org.kextwatch.program;

import java.util.Locale;
import org.kextwatch.program.Footprint.Way;

/** Draws the memory of each way to run the daemon as bars, in SVG. */
final class FootprintChart {
  private static final int LEFT = 250;
  private static final int ROW = 34;
  private static final int TOP = 50;
  private static final double PER_MEBIBYTE = 3.6;

  private final StringBuilder svg = new StringBuilder();

  private FootprintChart() {}

  static String of(Footprint footprint) {
    FootprintChart chart = new FootprintChart();
    chart.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        TOP + ROW * footprint.ways().size() + 10);
    chart.add("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>");
    chart.add("<path d=\"M%d 14h24v10h-24z\" fill=\"#1f5fa8\"/>", LEFT);
    chart.text(LEFT + 30, 23, "start", "anonymous memory, MiB");
    chart.add("<path d=\"M%d 14h24v10h-24z\" fill=\"#b9d0e8\"/>", LEFT + 200);
    chart.text(LEFT + 230, 23, "start", "resident, MiB");
    int top = TOP;
    for (Way way : footprint.ways()) {
      chart.text(LEFT - 8, top + 15, "end", way.name());
      chart.bar(top, way.resident(), "#b9d0e8");
      chart.bar(top, way.anonymous(), "#1f5fa8");
      chart.text(
          LEFT + way.resident() * PER_MEBIBYTE + 6,
          top + 15,
          "start",
          String.format(Locale.ROOT, "%.0f of %.0f", way.anonymous(), way.resident()));
      top += ROW;
    }
    return chart.svg.append("</svg>\n").toString();
  }

  private void bar(int top, double mebibytes, String colour) {
    add(
        "<path d=\"M%d %dh%.1fv20h-%.1fz\" fill=\"%s\"/>",
        LEFT, top, mebibytes * PER_MEBIBYTE, mebibytes * PER_MEBIBYTE, colour);
  }

  private void text(double x, double y, String anchor, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append("\n");
  }
}
