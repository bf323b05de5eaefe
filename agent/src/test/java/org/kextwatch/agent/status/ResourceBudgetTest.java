package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResourceBudgetTest {
  @ParameterizedTest
  @CsvSource({
    " 36.0, 130000000, 3600, ''",
    " 36.1, 130000000, 3600, 1.0 % of a core (1)",
    " 72.0, 130000001, 3600, '130 MB of memory (130), 2.0 % of a core (1)'",
    "500.0,  90000000,  599, ''",
    "500.0, 900000000,  600, '900 MB of memory (130), 83.3 % of a core (1)'",
    "     ,          ,  600, ''"
  })
  void whatIsOverItIsSaid(Double cpuSeconds, Long bytes, long seconds, String over) {
    List<String> words =
        ResourceBudget.PROMISED.exceededBy(
            new Resources(cpuSeconds, bytes, 1_000_000L), Duration.ofSeconds(seconds));
    assertEquals(over, String.join(", ", words));
  }
}
