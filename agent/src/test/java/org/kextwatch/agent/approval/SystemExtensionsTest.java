package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionRow;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.SystemExtension;

final class SystemExtensionsTest {

  @ParameterizedTest
  @CsvSource({
    "activated_enabled, ACTIVE",
    "activated_waiting_for_user, AWAITING_APPROVAL",
    "activated_disabled, DISABLED",
    "activated_waiting_to_upgrade, PENDING_RESTART",
    "activated_waiting_to_upgrade_on_reboot, PENDING_RESTART",
    "activated_enabling, UNKNOWN",
    "validating, UNKNOWN",
    "a_word_of_tomorrow, UNKNOWN",
    "'', UNKNOWN",
    "terminated_waiting_to_uninstall_on_reboot, ABSENT",
    "terminating_for_disable, DISABLED",
    "terminating_for_disable_but_still_running, DISABLED",
    "terminating_for_disable_via_delegate, DISABLED",
    "terminating_for_uninstall_but_still_running, ABSENT",
    "terminating_for_upgrade_via_delegate, ABSENT",
    "uninstalling, ABSENT",
    "uninstalled, ABSENT",
  })
  void everyStateOfMacOsIsUnderstood(String word, ExtensionState state) {
    assertEquals(state, state("epsext 1 " + word));
  }

  @ParameterizedTest
  @CsvSource({
    "activated_enabled, activated_enabled, ACTIVE",
    "activated_enabled, activated_waiting_for_user, AWAITING_APPROVAL",
    "activated_disabled, activated_waiting_for_user, AWAITING_APPROVAL",
    "activated_disabled, activated_enabled, DISABLED",
    "activated_disabled, activated_waiting_to_upgrade, PENDING_RESTART",
    "activated_enabled, activated_waiting_to_upgrade_on_reboot, PENDING_RESTART",
    "activated_enabled, new_word, UNKNOWN",
    "activated_disabled, new_word, DISABLED",
    "activated_enabled, terminated_waiting_to_uninstall_on_reboot, ACTIVE",
    "activated_enabled, terminating_for_disable_but_still_running, DISABLED",
    "terminating_for_uninstall, terminating_for_disable, DISABLED",
    "activated_waiting_for_user, terminating_for_disable, AWAITING_APPROVAL",
  })
  void ofSeveralTheWorstDecides(String one, String other, ExtensionState state) {
    assertEquals(state, state("epsext 1 " + one, "netext 1 " + other));
    assertEquals(state, state("epsext 1 " + other, "netext 1 " + one));
  }

  @ParameterizedTest
  @CsvSource({
    "101.47.27 activated_enabled, 101.9.3 activated_disabled, ACTIVE",
    "101.47.27 activated_enabled, 101.47.28 activated_waiting_for_user, AWAITING_APPROVAL",
    "101.47 activated_enabled, 101.47.0 activated_disabled, DISABLED",
    "101.47 activated_enabled, 101.47 activated_disabled, ACTIVE",
    "101.25062 activated_enabled, 101.25082 activated_waiting_to_upgrade, ACTIVE",
    "101.25062 activated_enabled, 101.25082 activated_waiting_to_upgrade_on_reboot, ACTIVE",
    "101.25062 activated_disabled, 101.25082 activated_waiting_to_upgrade, PENDING_RESTART",
    "101.1 terminating_for_disable, 101.2 activated_waiting_to_upgrade, PENDING_RESTART",
    "101.1 activated_enabled, 101.2 activated_disabled, DISABLED",
    "101.1 activated_enabled, 101.2 unknown, ACTIVE",
    "101.1 activated_enabled, 101.2 a_word_of_tomorrow, UNKNOWN",
    "101.1 activated_enabled, 101.2 terminating_for_disable, ACTIVE",
    "101.2 terminating_for_disable, 101.1 terminated_waiting_to_uninstall_on_reboot, DISABLED",
    "1.8.0 activated_enabled, 6.2.0 terminated_waiting_to_uninstall_on_reboot, ACTIVE",
    "1.0 activated_enabled, - activated_disabled, ACTIVE",
    "99999999999999999999999 activated_disabled, 1 activated_enabled, DISABLED",
  })
  void ofTheRowsOfOneBundleOneCounts(String one, String other, ExtensionState state) {
    assertEquals(state, state("netext " + one, "netext " + other));
    assertEquals(state, state("netext " + other, "netext " + one));
  }

  @Test
  void rowsWithAnotherTeamOrBundleDoNotCount() {
    ExtensionRow ours =
        new ExtensionRow("UBF8T346G9", "com.microsoft.wdav.epsext", "1", "activated_enabled");
    List<ExtensionRow> rows =
        List.of(
            new ExtensionRow(
                "X9E956P446", "com.crowdstrike.falcon.Agent", "7.17", "activated_enabled"),
            new ExtensionRow("X9E956P446", "com.microsoft.wdav.netext", "1", "activated_enabled"),
            new ExtensionRow("", "com.microsoft.wdav.netext", "1", "activated_enabled"),
            new ExtensionRow("UBF8T346G9", "com.microsoft.other", "1", "activated_enabled"),
            ours);
    assertEquals(List.of(ours.extension()), SystemExtensions.ofDefender(rows));
    assertEquals(List.of(), SystemExtensions.ofDefender(rows.subList(0, 4)));
    assertNull(SystemExtensions.ofDefender(null));
  }

  @Test
  void noRowsMeanAbsentAndAFailedLookMeansUnknown() {
    assertEquals(ExtensionState.ABSENT, SystemExtensions.state(List.of()));
    assertEquals(ExtensionState.UNKNOWN, SystemExtensions.state(null));
    assertFalse(SystemExtensions.anyStays(null));
  }

  @Test
  void noRecordShowsWhoAllowedThem() {
    List<SystemExtension> rows = List.of(row("netext 1 activated_enabled"));
    assertEquals(Grant.NONE, SystemExtensions.grant(rows));
    assertEquals(Grant.NONE, SystemExtensions.grant(List.of()));
    assertEquals(Grant.UNREADABLE, SystemExtensions.grant(null));
    assertEquals("the system extensions cannot be listed", SystemExtensions.evidence(null));
    assertEquals(
        "macOS lists no system extension of Defender", SystemExtensions.evidence(List.of()));
    assertEquals(
        "system extensions are not in KextPolicy, their states tell",
        SystemExtensions.evidence(rows));
  }

  @ParameterizedTest
  @ValueSource(strings = {"activated_disabled", "validating", "new_word"})
  void anExtensionThatIsNotBeingRemovedStays(String word) {
    assertTrue(SystemExtensions.anyStays(List.of(row("netext 1 " + word))));
    assertFalse(SystemExtensions.anyStays(List.of(row("netext 1 terminating_for_disable"))));
  }

  private static ExtensionState state(String... rows) {
    return SystemExtensions.state(Arrays.stream(rows).map(SystemExtensionsTest::row).toList());
  }

  private static SystemExtension row(String row) {
    String[] part = row.split(" ", 3);
    String version = part[1].equals("-") ? null : part[1];
    return new SystemExtension("com.microsoft.wdav." + part[0], version, part[2]);
  }
}
