package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.demo.Timeline.Lane;

class TimelineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private Instant now = Instant.parse("2026-11-23T18:45:17Z");

  private Timeline timeline(boolean colour) {
    return new Timeline(new PrintStream(bytes, true, StandardCharsets.UTF_8), colour, () -> now);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void play(Timeline timeline) {
    timeline.open("Kextwatch demo: a simulated Mac, a real daemon, a real HTTPS receiver");
    timeline.chapter("Nobody has approved the extension");
    timeline.show(Lane.MAC, "macOS 10.14.6 starts");
    now = now.plusMillis(449);
    timeline.show(Lane.KEXTWATCH, "Defender says: enabled, yet not available");
    timeline.show(Lane.MAC, "Kext rejected due to system policy");
    timeline.delivered("status.changed: waiting for approval on C02XK0AAJG5H", true);
    timeline.chapter("The user clicks Allow");
    now = now.plusSeconds(71);
    timeline.done(Lane.KEXTWATCH, "loaded");
    timeline.delivered("a forged event", false);
    timeline.missed(Lane.OPERATOR, "a heartbeat", Duration.ofSeconds(5));
    timeline.close("Blocked, allowed, loaded, reported.");
  }

  @Test
  void theStoryIsShownInThreeColumns() {
    play(timeline(false));
    assertEquals(
        """

          Kextwatch demo: a simulated Mac, a real daemon, a real HTTPS receiver

                │ The Mac                     │ Kextwatch                   │ The operator
        ────────┼─────────────────────────────┼─────────────────────────────┼────────────────────────────

        ── 1. Nobody has approved the extension ─────────────────────────────────────────────────────────

          0.0 s │ macOS 10.14.6 starts        │                             │
          0.4 s │                             │ Defender says: enabled, yet │
                │                             │ not available               │
          0.4 s │ Kext rejected due to system │                             │
                │ policy                      │                             │
          0.4 s │                             │                             │ status.changed: waiting for
                │                             │                             │ approval on C02XK0AAJG5H
                │                             │                             │ ✓ valid signature

        ── 2. The user clicks Allow ─────────────────────────────────────────────────────────────────────

         71.4 s │                             │ ✓ loaded                    │
         71.4 s │                             │                             │ a forged event
                │                             │                             │ ✗ invalid signature
         71.4 s │                             │                             │ ✗ not within 5.0 s: a
                │                             │                             │ heartbeat

          Blocked, allowed, loaded, reported.

        """,
        printed());
  }

  @Test
  void coloursAddNothingButColours() {
    play(timeline(true));
    String coloured = printed();
    assertTrue(coloured.contains("\u001b[32m✓ valid signature"), coloured);
    bytes.reset();
    now = Instant.parse("2026-11-23T18:45:17Z");
    play(timeline(false));
    String stripped = coloured.replaceAll("\u001b\\[\\d+m", "").replaceAll("(?m) +$", "");
    assertEquals(printed(), stripped);
  }

  @Test
  void withoutColoursThereIsNoEscape() {
    Timeline timeline = timeline(false);
    play(timeline);
    timeline.delivered("evil \u001b[2J text", true);
    assertEquals(-1, printed().indexOf('\u001b'));
  }

  @Test
  void noLineIsWiderThanAHundredColumns() {
    Timeline timeline = timeline(false);
    timeline.open("x".repeat(300));
    timeline.chapter("Short");
    timeline.show(Lane.MAC, "word ".repeat(100));
    timeline.missed(Lane.OPERATOR, "y".repeat(300), Duration.ofMinutes(3));
    timeline.close("end ".repeat(100));
    List<String> wide = printed().lines().filter(line -> line.length() > 100).toList();
    assertEquals(List.of(), wide);
  }

  @Test
  void threadsDoNotMixTheirLines() throws Exception {
    Timeline timeline = timeline(false);
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                for (int n = 0; n < 50; n++) {
                  timeline.delivered("one two three four five six seven", true);
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    List<String> rows = printed().lines().map(line -> line.substring(69).strip()).toList();
    assertEquals(600, rows.size());
    for (int i = 0; i < rows.size(); i += 3) {
      assertEquals(
          List.of("one two three four five six", "seven", "✓ valid signature"),
          rows.subList(i, i + 3));
    }
  }
}
