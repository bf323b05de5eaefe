package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RetryAfterTest {
  private static final Vectors.RetryAfterCases VECTORS = Vectors.load().retry_after();
  private static final Instant NOW = Instant.parse(VECTORS.now());

  static Stream<Vectors.RetryAfterCase> everyVectorIsMet() {
    return VECTORS.cases().stream();
  }

  @ParameterizedTest
  @MethodSource
  void everyVectorIsMet(Vectors.RetryAfterCase vector) {
    assertEquals(
        Optional.ofNullable(vector.seconds()).map(Duration::ofSeconds),
        RetryAfter.parse(vector.v(), NOW));
  }

  @Test
  void noVectorIsMissing() {
    assertEquals(16, VECTORS.cases().size());
  }

  @ParameterizedTest
  @CsvSource({
    "'Sun Nov  1 00:00:00 2026', 0",
    "'Fri, 01 Jan 2100 00:00:00 GMT', 86400",
    "'Tue, 24 Nov 2026 18:45:17 GMT', 86400",
    "0.0001, 1",
    "86401, 86400",
  })
  void theWaitIsWithinADay(String header, long seconds) {
    assertEquals(Optional.of(Duration.ofSeconds(seconds)), RetryAfter.parse(header, NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "'Fri, 24 Nov 2026 18:45:17 GMT'", // a Tuesday
    "'Tue, 24 Nov 2026 18:45:17 CET'",
    "'Tue, 32 Nov 2026 18:45:17 GMT'",
    "1e9",
    "0x10",
    "'1 2'",
    "٣",
    ".5",
  })
  void whatMakesNoSenseIsIgnored(String header) {
    assertEquals(Optional.empty(), RetryAfter.parse(header, NOW));
  }

  @Test
  void noHeaderIsNoWait() {
    assertEquals(Optional.empty(), RetryAfter.parse(null, NOW));
  }

  @Test
  void aHeaderOfAnyLengthIsHarmless() {
    assertEquals(Optional.empty(), RetryAfter.parse("9".repeat(200_000), NOW));
  }
}
