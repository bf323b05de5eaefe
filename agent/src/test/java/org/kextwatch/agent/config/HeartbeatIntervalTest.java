package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.ValueType.BadValueException;
import org.kextwatch.agent.config.ValueType.Bounds;

final class HeartbeatIntervalTest {

  @ParameterizedTest
  @CsvSource({
    "0, REAL_MAC",
    "300, REAL_MAC",
    "86400, REAL_MAC",
    "0, SIMULATED_MAC",
    "1, SIMULATED_MAC"
  })
  void noneOrNotTooMany(int seconds, Bounds bounds) throws BadValueException {
    assertEquals(Duration.ofSeconds(seconds), Keys.HEARTBEAT.type().parse(seconds, bounds));
  }

  @ParameterizedTest
  @CsvSource({"1, REAL_MAC", "299, REAL_MAC"})
  void tooManyAreRefused(int seconds, Bounds bounds) {
    BadValueException refusal =
        assertThrows(BadValueException.class, () -> Keys.HEARTBEAT.type().parse(seconds, bounds));
    assertEquals("0 for none, or a whole number from 300 to 86400 seconds", refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"-1, REAL_MAC", "86401, REAL_MAC", "-1, SIMULATED_MAC"})
  void outOfBoundsIsRefused(int seconds, Bounds bounds) {
    BadValueException refusal =
        assertThrows(BadValueException.class, () -> Keys.HEARTBEAT.type().parse(seconds, bounds));
    assertTrue(refusal.getMessage().contains("86400"), refusal.getMessage());
  }
}
