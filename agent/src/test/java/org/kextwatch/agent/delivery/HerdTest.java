package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.delivery.Herd.Story;

/** What happens to a whole fleet does not overrun its receiver. HerdBench is the long form. */
final class HerdTest {
  private static final int MACS = 2_000;

  /** In it so few Macs send what 100,000 send in a second: less would count chance. */
  private static final int SECONDS = 100_000 / MACS;

  @ParameterizedTest
  @EnumSource
  void theReceiverOfAFleetIsNotOverrun(Story story) {
    Herd herd = Herd.of(story, MACS);
    assertBounds(story, herd, SECONDS);
  }

  /** What is promised for each of these stories. */
  static void assertBounds(Story story, Herd herd, int seconds) {
    double after = herd.mean(story.back, story.back.plus(Herd.HOUR));
    double fromBegin = herd.mean(Duration.ZERO, Herd.HOUR);
    assertTrue(herd.peak(seconds) <= 4 * after, herd.peak(seconds) + " of " + after);
    assertTrue(herd.peakWhileAway(seconds) <= 4 * fromBegin, "while it is away");
    assertEquals(0, herd.undelivered(), "events that did not arrive");
    assertWithin(Duration.ofMinutes(30), herd.longestWait(), "an event after the return");
    assertWithin(Duration.ofMinutes(30), herd.longestSilence(), "a Mac after the return");
    assertWithin(Duration.ofSeconds(361), herd.lastLook(), "an interval and confirmSeconds");
    if (story.back.isZero()) {
      assertEquals(Duration.ZERO, herd.longestUrgentWait(), "what is urgent never waits");
    }
  }

  private static void assertWithin(Duration most, Duration time, String what) {
    assertTrue(time.compareTo(most) <= 0, what + ": " + time);
  }
}
