package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;

class ArchiveCheckTest {
  @ParameterizedTest
  @CsvSource({
    "given, 'mixed mode, emulated-client, sharing', OK, in use",
    "given, 'mixed mode, emulated-client', WARN, does not accept it",
    "refused, 'mixed mode', WARN, damaged or was made by another Java",
    "none, 'mixed mode, sharing', OK, there is none",
    ", 'mixed mode, sharing', OK, there is none"
  })
  void tellsWhetherItIsInUse(String launcher, String vmInfo, Mark mark, String text) {
    CheckResult result = ArchiveCheck.judge(launcher, vmInfo);
    assertEquals(mark, result.mark());
    assertEquals(true, result.text().contains(text), result::text);
  }
}
