package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A day of a Mac whose tools fail now and then, in any pattern: what is told is true and little,
 * and nothing that really changes is lost.
 */
class FlappingTest {
  /** How many days of each kind. */
  int days() {
    return 8;
  }

  @Test
  void whatFailsForLessThanTheWaitIsNeverTold() {
    LongStream.range(0, days())
        .parallel()
        .forEach(seed -> new FlappingDay(seed, false, true).live());
  }

  @Test
  void whatFailsForLongerIsToldTwiceAtMost() {
    LongStream.range(0, days())
        .parallel()
        .forEach(seed -> new FlappingDay(seed, false, false).live());
  }

  @Test
  void whatReallyChangesMeanwhileIsToldOnceAndTruly() {
    LongStream.range(0, days())
        .parallel()
        .forEach(seed -> new FlappingDay(seed, true, false).live());
  }

  /** Every second look at mdatp fails, on a Mac that is protected and on one at risk. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 0", "2, 1, 0", "3, 2, 0"})
  void everySecondLookIsNoEvent(int health, int extension, int events) {
    FlappingDay day = new FlappingDay(1, false, true);
    day.health = FlappingDay.HEALTHS[health];
    day.extension = FlappingDay.EXTENSIONS[extension];
    day.begin();
    int before = day.told.size();
    for (int i = 0; i < 1_440; i++) {
      day.timeout = i % 2 == 0;
      day.blind = i % 2 == 1;
      day.look();
      day.pass(Duration.ofSeconds(60));
    }
    assertEquals(before + events, day.told.size());
  }

  /** The pair of a Mac that awaits approval, whose verdict does not depend on it. */
  @Test
  void smallChangesAreTwelveAnHourAndTheLastOneIsTold() {
    FlappingDay day = new FlappingDay(1, true, true);
    day.health = FlappingDay.HEALTHS[2];
    day.extension = FlappingDay.EXTENSIONS[1];
    day.begin();
    for (int i = 0; i < 1_440; i++) {
      day.health = FlappingDay.HEALTHS[i % 2 == 0 ? 1 : 2];
      day.look();
      day.pass(Duration.ofSeconds(60));
    }
    assertTrue(day.told.size() <= 24 * FlappingDay.MOST_AN_HOUR + 1, day.told.size() + " events");
    day.endsWell();
  }
}
