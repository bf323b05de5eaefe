package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClockSkewTest {
  @ParameterizedTest
  @CsvSource({
    "0, the same as the endpoint's, false, false",
    "2, 2 s ahead of the endpoint's, false, false",
    "-60, 60 s behind the endpoint's, false, false",
    "-61, 61 s behind the endpoint's, true, false",
    "300, 300 s ahead of the endpoint's, true, false",
    "301, 301 s ahead of the endpoint's, true, true",
    "-600, 600 s behind the endpoint's, true, true",
  })
  void isSaidBothWays(long seconds, String words, boolean isUnusual, boolean breaksSignatures) {
    ClockSkew skew = new ClockSkew(seconds);
    assertEquals(words, skew.words());
    assertEquals(isUnusual, skew.isUnusual());
    assertEquals(breaksSignatures, skew.breaksSignatures());
  }
}
