package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.JudgedSituations.UNKNOWN_EXTENSION;
import static org.kextwatch.agent.status.JudgedSituations.unavailable;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.judge;
import static org.kextwatch.agent.status.StatusSamples.seen;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Records;

/** The warnings beside a verdict. */
final class JudgeWarningsTest {
  @Test
  void protectionThatOnlyDefenderReportsHasAWarning() {
    Judgement judgement = judge(HEALTHY, UNKNOWN_EXTENSION);
    assertEquals(1, judgement.warnings().size());
    assertTrue(judge(HEALTHY, ACTIVE).warnings().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "activated_enabled, , ",
    "activated_waiting_to_upgrade, , restart this Mac to complete the upgrade",
    "activated_waiting_to_upgrade_on_reboot, , restart this Mac to complete the upgrade",
    "activated_enabled, networkEventsSubsystem, networkEventsSubsystem is unavailable",
  })
  void problemsOfSystemExtensionsAreWarningsOnAProtectedMac(
      String newer, String unavailable, String warning) {
    Health health =
        health(
            Reachability.OK,
            true,
            true,
            true,
            true,
            false,
            true,
            "up_to_date",
            12L,
            unavailable == null ? List.of() : List.of(unavailable));
    Extension extension =
        StatusSamples.systemExtension(
            ExtensionState.ACTIVE,
            List.of(
                new SystemExtension("com.microsoft.wdav.netext", "101.1", "activated_enabled"),
                new SystemExtension("com.microsoft.wdav.netext", "101.2", newer)));
    Judgement judgement = judge(health, extension);
    assertEquals(Verdict.PROTECTED, judgement.verdict());
    assertEquals(warning == null ? 0 : 1, judgement.warnings().size());
    assertTrue(warning == null || judgement.warnings().get(0).contains(warning));
  }

  @Test
  void aTeamInBothListsOfAProfileIsAWarning() {
    Policies twice = new Policies(true, null, false, true, List.of(), List.of(), List.of());
    Observation seen = Records.with(seen(HEALTHY, ACTIVE), "policies", twice);
    List<String> warnings = judge(seen).warnings();
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("both AllowedTeamIdentifiers and AllowedSystemExtensions"));
  }
}
