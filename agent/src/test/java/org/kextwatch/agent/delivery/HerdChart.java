package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.kextwatch.agent.delivery.Herd.Story;

/** Draws the requests of fleets over time, as SVG. */
final class HerdChart {
  private static final int LEFT = 50;
  private static final int WIDTH = 700;
  private static final int HEIGHT = 110;
  private static final int PANEL = 170;
  private static final int TOP = 60;

  /** Each point is the busiest second of so many. */
  private static final int STEP = 20;

  private static final int FIRST_MINUTE = -10;
  private static final int LAST_MINUTE = 90;

  private final StringBuilder svg = new StringBuilder();

  private HerdChart() {}

  static String of(Map<Story, Herd> herds) {
    HerdChart chart = new HerdChart();
    chart.begin(TOP + PANEL * herds.size());
    int top = TOP;
    for (Map.Entry<Story, Herd> one : herds.entrySet()) {
      chart.panel(one.getKey(), one.getValue(), top);
      top += PANEL;
    }
    return chart.svg.append("</svg>\n").toString();
  }

  private void begin(int height) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        LEFT + WIDTH + 20, height);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>");
    add("<path d=\"M%d 18h24\" stroke=\"#1f5fa8\" fill=\"none\"/>", LEFT);
    text(LEFT + 30, 22, "start", "requests in the busiest second of each " + STEP + " seconds");
    add("<path d=\"M%d 18h24\" stroke=\"#c0392b\" stroke-dasharray=\"5 4\"/>", LEFT + 350);
    text(LEFT + 380, 22, "start", "4 times the mean of the following hour");
    add("<path d=\"M%d 32h24v10h-24z\" fill=\"#eee\"/>", LEFT);
    text(LEFT + 30, 42, "start", "the receiver accepts nothing");
  }

  private void panel(Story story, Herd herd, int top) {
    int back = (int) story.back.toMinutes();
    double bound = 4 * herd.mean(story.back, story.back.plus(Herd.HOUR));
    double highest = Math.max(bound, Math.max(herd.peak(1), herd.peakWhileAway(1)));
    int step = highest > 800 ? 500 : 200;
    double most = (Math.floor(highest / step) + 1) * step;
    int bottom = top + 20 + HEIGHT;
    text(LEFT, top + 12, "start", story.title);
    if (!story.back.isZero()) {
      add(
          "<path d=\"M%.1f %dH%.1fV%dH%.1fz\" fill=\"#eee\"/>",
          x(0), top + 20, x(back), bottom, x(0));
    }
    for (int rate = 0; rate <= most; rate += step) {
      double y = bottom - rate / most * HEIGHT;
      add("<path d=\"M%d %.1fh%d\" stroke=\"#ddd\"/>", LEFT, y, WIDTH);
      text(LEFT - 6, y + 4, "end", rate == 0 ? "0" : rate + "/s");
    }
    for (int minute = FIRST_MINUTE; minute <= LAST_MINUTE; minute += 10) {
      text(x(minute), bottom + 14, "middle", minute == LAST_MINUTE ? minute + " min" : "" + minute);
    }
    line(herd, bottom, most);
    add(
        "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#c0392b\" stroke-dasharray=\"5 4\"/>",
        x(back), bottom - bound / most * HEIGHT, x(Math.min(LAST_MINUTE, back + 60)));
  }

  private void line(Herd herd, int bottom, double most) {
    StringBuilder points = new StringBuilder();
    for (int second = FIRST_MINUTE * 60; second < LAST_MINUTE * 60; second += STEP) {
      Duration at = Duration.ofSeconds(second);
      double rate = herd.peak(at, at.plusSeconds(STEP), 1);
      points.append(
          String.format(
              Locale.ROOT, " %.1f,%.1f", x(second / 60.0), bottom - rate / most * HEIGHT));
    }
    add("<polyline stroke=\"#1f5fa8\" fill=\"none\" points=\"%s\"/>", points.substring(1));
  }

  private static double x(double minute) {
    return LEFT + (minute - FIRST_MINUTE) / (LAST_MINUTE - FIRST_MINUTE) * WIDTH;
  }

  private void text(double x, double y, String anchor, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append("\n");
  }
}
