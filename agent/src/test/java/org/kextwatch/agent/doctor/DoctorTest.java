package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;

/** How the doctor runs its checks. {@link DoctorIT} breaks a Mac in each way. */
class DoctorTest {
  @Test
  void aCheckThatErrsOrHangsIsNoFailure() {
    DoctorCheck errs =
        new DoctorCheck(
            "errs",
            () -> {
              throw new IllegalStateException("oops");
            });
    DoctorCheck hangs =
        new DoctorCheck(
            "hangs",
            () -> {
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return CheckResult.ok("late");
            });
    DoctorCheck late = new DoctorCheck("late", () -> CheckResult.ok("never asked"));

    List<Finding> found = Doctor.run(List.of(errs, hangs, late), Duration.ofSeconds(2));

    assertTrue(found.get(0).text().contains("oops"));
    assertTrue(found.stream().allMatch(finding -> finding.mark() == Mark.CANNOT_TELL));
    assertFalse(new Doctor.Report(found, false).hasFailed());
  }
}
