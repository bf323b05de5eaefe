package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Records;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.status.ResourceBudget;
import org.kextwatch.agent.status.Resources;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;

final class ResourceCheckTest {
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  @ParameterizedTest
  @CsvSource({
    " 60000000, 12.5, OK, '60 MB of memory, 12.5 s of processor time in 60 minutes'",
    " 60000000,     , OK, 60 MB of memory",
    "         , 12.5, OK, 12.5 s of processor time in 60 minutes",
    "190000000, 12.5, WARN, it is over its budget: 190 MB of memory (130)",
    " 60000000,   72, WARN, it is over its budget: 2.0 % of a core (1)",
    "         ,     , CANNOT_TELL, the last status does not say what the agent uses"
  })
  void whatTheAgentUsesIsComparedWithTheBudget(Long bytes, Double cpu, Mark mark, String text) {
    CheckResult result = ResourceCheck.of(using(new Resources(cpu, bytes, null)));
    assertEquals(mark, result.mark());
    assertEquals(text, result.text());
    assertEquals(mark == Mark.WARN, result.remedy().contains("kickstart"));
  }

  @Test
  void theStatusOfAnOlderAgentTellsNothing() {
    assertEquals(Mark.CANNOT_TELL, ResourceCheck.of(using(null)).mark());
  }

  @Test
  void readmePromisesTheBudget() throws IOException {
    String readme = Files.readString(Script.REPOSITORY.resolve("README.md")).replace('\n', ' ');
    String promise =
        String.format(
            Locale.ROOT,
            "%d MB of memory and %.0f %% of one core",
            ResourceBudget.PROMISED.residentBytes() / 1_000_000,
            ResourceBudget.PROMISED.cpuShare() * 100);
    assertTrue(readme.contains(promise), promise);
  }

  /** An agent that has run for an hour. */
  private static Status using(Resources resources) {
    Status later = Records.with(STATUS, "observedAt", STATUS.observedAt().plusSeconds(3600));
    return Records.with(later, "agent", Records.with(STATUS.agent(), "resources", resources));
  }
}
