package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeliveryOutcomeTest {
  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "201, DELIVERED",
    "202, DELIVERED",
    "204, DELIVERED",
    "299, DELIVERED",
    "301, MISCONFIGURED",
    "302, MISCONFIGURED",
    "304, MISCONFIGURED",
    "307, MISCONFIGURED",
    "308, MISCONFIGURED",
    "400, SUSPECT",
    "401, MISCONFIGURED",
    "402, MISCONFIGURED",
    "403, MISCONFIGURED",
    "404, MISCONFIGURED",
    "405, MISCONFIGURED",
    "407, MISCONFIGURED",
    "408, TRANSIENT",
    "409, SUSPECT",
    "410, GONE",
    "413, SUSPECT",
    "415, SUSPECT",
    "418, MISCONFIGURED",
    "422, SUSPECT",
    "425, TRANSIENT",
    "429, TRANSIENT",
    "451, MISCONFIGURED",
    "500, SERVER_ERROR",
    "501, SERVER_ERROR",
    "502, SERVER_ERROR",
    "503, SERVER_ERROR",
    "504, SERVER_ERROR",
    "507, SERVER_ERROR",
    "511, SERVER_ERROR",
    "599, SERVER_ERROR",
    "600, TRANSIENT",
    "999, TRANSIENT",
    "101, TRANSIENT",
    "0, TRANSIENT",
    "-1, TRANSIENT"
  })
  void everyStatusHasItsMeaning(int status, DeliveryOutcome meaning) {
    assertEquals(meaning, DeliveryOutcome.of(status));
  }

  @Test
  void onlyASuccessEverCountsAsDelivered() {
    for (int status = 0; status <= 999; status++) {
      assertEquals(
          status >= 200 && status <= 299, DeliveryOutcome.of(status) == DeliveryOutcome.DELIVERED);
    }
  }
}
