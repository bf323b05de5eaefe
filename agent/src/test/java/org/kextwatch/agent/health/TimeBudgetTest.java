package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimeBudgetTest {

  @ParameterizedTest
  @CsvSource({"0, 30", "20, 30", "30, 30", "31, 29", "59, 1", "60, 0", "1000, 0"})
  void eachRunGetsItsTimeOrWhatIsLeftOfTwice(int spentSeconds, int nextSeconds) {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // a clock may overflow
    TimeBudget budget = TimeBudget.start(Duration.ofSeconds(30), nanos::get);

    nanos.addAndGet(Duration.ofSeconds(spentSeconds).toNanos());

    assertEquals(Duration.ofSeconds(nextSeconds), budget.next());
  }
}
