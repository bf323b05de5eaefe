package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.delivery.Herd.Story;

/** A fleet of 100,000 Macs, and the chart of it in the documents. Runs with {@code -Pbench}. */
final class HerdBench {
  private static final int MACS = Integer.getInteger("bench.macs", 100_000);

  @Test
  void theReceiverOfALargeFleetIsNotOverrun() throws IOException {
    Map<Story, Herd> herds = new EnumMap<>(Story.class);
    List<String> table = new ArrayList<>();
    table.add("%d Macs; requests a second in the busiest second, and on average".formatted(MACS));
    for (Story story : Story.values()) {
      Herd herd = Herd.of(story, MACS);
      herds.put(story, herd);
      table.add(row(story, herd));
    }
    String text = String.join("\n", table) + "\n";
    System.out.print(text);
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("herd.txt"), text);
    Files.writeString(Script.AGENT.resolve("docs/herd.svg"), HerdChart.of(herds));
    herds.forEach((story, herd) -> HerdTest.assertBounds(story, herd, 1));
  }

  private static String row(Story story, Herd herd) {
    double after = herd.mean(story.back, story.back.plus(Herd.HOUR));
    double first = herd.mean(Duration.ZERO, Herd.HOUR);
    return String.format(
        Locale.ROOT,
        "%s: peak %.0f, mean of the hour %.0f, ratio %.2f; while away peak %.0f, mean of the"
            + " hour from then %.0f, ratio %.2f; worst second by its own following hour %.2f;"
            + " last event after %s, last Mac heard of after %s, urgent after %s,"
            + " last look %s, not delivered %d",
        story.title,
        herd.peak(1),
        after,
        herd.peak(1) / after,
        herd.peakWhileAway(1),
        first,
        herd.peakWhileAway(1) / first,
        worst(story, herd),
        herd.longestWait(),
        herd.longestSilence(),
        herd.longestUrgentWait(),
        herd.lastLook(),
        herd.undelivered());
  }

  /** The highest of all seconds against the mean of the hour that follows it. */
  private static double worst(Story story, Herd herd) {
    double worst = 0;
    Duration last = story.back.plus(Herd.HOUR);
    for (Duration at = Duration.ZERO; at.compareTo(last) < 0; at = at.plusSeconds(1)) {
      double one = herd.peak(at, at.plusSeconds(1), 1);
      worst = Math.max(worst, one / herd.mean(at, at.plus(Herd.HOUR)));
    }
    return worst;
  }
}
