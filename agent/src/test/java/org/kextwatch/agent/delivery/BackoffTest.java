package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BackoffTest {
  private static final double ALMOST_ONE = Math.nextDown(1.0);

  @ParameterizedTest
  @CsvSource({
    "1, 5",
    "2, 10",
    "3, 20",
    "7, 320",
    "8, 640",
    "9, 900",
    "10, 900",
    "64, 900",
    "2147483647, 900"
  })
  void theCeilingDoublesUpToTheCap(int failures, long seconds) {
    Duration delay = Backoff.TRANSIENT.delay(failures, ALMOST_ONE);
    assertTrue(delay.compareTo(Duration.ofSeconds(seconds)) <= 0);
    assertTrue(delay.compareTo(Duration.ofSeconds(seconds).minusMillis(2)) >= 0);
  }

  @Test
  void theJitterIsFullAndComesAfterTheCap() {
    assertEquals(Duration.ZERO, Backoff.TRANSIENT.delay(20, 0));
    assertEquals(Duration.ofSeconds(450), Backoff.TRANSIENT.delay(20, 0.5));
    assertEquals(Duration.ofSeconds(450), Backoff.TRANSIENT.delay(9, 0.5));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void noCountOfFailuresIsTooOdd(int failures) {
    assertEquals(Duration.ofMillis(2_500), Backoff.TRANSIENT.delay(failures, 0.5));
  }

  @Test
  void whatTheEndpointAsksForIsTheLeast() {
    Duration asked = Duration.ofSeconds(100);
    assertEquals(asked, Backoff.spread(asked, 0));
    assertEquals(Duration.ofMinutes(2), Backoff.spread(asked, 0.5));
    assertTrue(Backoff.spread(asked, ALMOST_ONE).compareTo(Duration.ofSeconds(140)) <= 0);
  }
}
