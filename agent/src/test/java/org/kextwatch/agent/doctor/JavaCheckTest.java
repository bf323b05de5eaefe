package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.status.JavaRuntime;

final class JavaCheckTest {
  @ParameterizedTest
  @CsvSource({
    "2026-04-21, 2026-08-19, OK",
    "2026-04-21, 2026-08-20, WARN",
    "2026-04-21, 2026-01-01, OK",
    "          , 2030-01-01, OK",
  })
  void aJavaIsOldAfterFourMonths(LocalDate released, LocalDate today, Mark mark) {
    CheckResult result = JavaCheck.age("25 at /x", new JavaRuntime("25", released), today);
    assertEquals(mark, result.about("Java").mark());
  }

  @Test
  void itsDayIsTold() {
    JavaRuntime java = new JavaRuntime("25.0.3+9-LTS", LocalDate.of(2026, 4, 21));
    CheckResult result = JavaCheck.age("25.0.3 at /x", java, LocalDate.of(2027, 1, 1));
    assertEquals("25.0.3 at /x, released on 2026-04-21", result.about("Java").text());
  }
}
