package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How little is said of what fails again and again. */
class ThrottledLogTest {
  private final ThrottledLog complaint = new ThrottledLog("The disk");
  private Moment now = new Moment(Instant.parse("2026-11-23T12:00:00Z"), 0);

  @Test
  void theFirstFailureIsToldAtOnceAndTheNextOnesOnceInFifteenMinutes() {
    assertEquals(Optional.of("The disk fails: full"), complaint.failed("full", now));
    int lines = 0;
    for (int second = 1; second < 3_600; second++) {
      now = now.plus(Duration.ofSeconds(1));
      lines += complaint.failed("full", now).isPresent() ? 1 : 0;
    }
    assertEquals(3, lines);
    now = now.plus(Duration.ofSeconds(1));
    assertEquals(
        Optional.of("The disk still fails, 3601 times so far: full"),
        complaint.failed("full", now));
  }

  @Test
  void itsEndIsToldOnceAndWhatComesAfterIsNew() {
    assertEquals(Optional.empty(), complaint.worked());
    complaint.failed("full", now);
    complaint.failed("full", now);
    assertEquals(Optional.of("The disk works again, after 2 failures"), complaint.worked());
    assertEquals(Optional.empty(), complaint.worked());
    assertEquals(Optional.of("The disk fails: gone"), complaint.failed("gone", now));
  }
}
