package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FailureLogTest {
  private final TestClock clock = new TestClock();
  private final FailureLog log = new FailureLog(clock.clocks());

  @Test
  void theFirstFailureIsTold() {
    assertEquals(Optional.of("Delivery fails: no connection"), log.failed("no connection"));
  }

  @Test
  void furtherOnesAreToldOnceInAWhileWithTheirNumber() {
    int lines = 0;
    Optional<String> last = Optional.empty();
    for (int second = 0; second <= 3600; second += 60) {
      Optional<String> line = log.failed("no connection");
      lines += line.isPresent() ? 1 : 0;
      last = line.isPresent() ? line : last;
      clock.advance(Duration.ofMinutes(1));
    }
    assertEquals(5, lines);
    assertEquals(Optional.of("Delivery still fails, 61 times by now: no connection"), last);
  }

  @Test
  void recoveryIsToldOnce() {
    log.failed("no connection");
    log.failed("no connection");
    assertEquals(Optional.of("Delivery works again, after 2 failures"), log.succeeded());
    assertEquals(Optional.empty(), log.succeeded());
  }

  @Test
  void afterRecoveryTheNextFailureIsTheFirst() {
    log.failed("a");
    log.succeeded();
    assertEquals(Optional.of("Delivery fails: b"), log.failed("b"));
  }
}
