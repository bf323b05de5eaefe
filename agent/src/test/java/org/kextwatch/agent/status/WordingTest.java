package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.DEVICE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.NOON;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Records;

class WordingTest {
  @Test
  void theSummaryNamesTheMac() {
    assertEquals(
        "Defender's kernel extension is waiting for approval on C02XK0AAJG5H.",
        Wording.summary(Reason.AWAITING_APPROVAL, awaiting("10.14.6", true)));
  }

  @ParameterizedTest
  @CsvSource({
    "10.13.6,System Preferences > Security & Privacy > General",
    "12.7,System Preferences > Security & Privacy > General",
    "13.0,System Settings > Privacy & Security",
    "26.1,System Settings > Privacy & Security"
  })
  void thePathToTheAllowButtonIsThatOfTheVersion(String version, String way) {
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, awaiting(version, true));
    assertTrue(advice.startsWith(way + ": Allow \"Microsoft Corporation\""), advice);
  }

  @ParameterizedTest
  @CsvSource({
    "10.15.7,grant it in System Preferences > Security & Privacy > Privacy > Full Disk Access.",
    "15.1,grant it in System Settings > Privacy & Security > Full Disk Access.",
  })
  void fullDiskAccessIsGivenInItsOwnList(String version, String way) {
    String advice = Wording.advice(Reason.FULL_DISK_ACCESS_MISSING, awaiting(version, true));
    assertTrue(advice.endsWith(way), advice);
  }

  @Test
  void whereAProfileForbidsItTheAdviceIsForTheProfile() {
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, awaiting("10.14.6", false));
    assertTrue(advice.startsWith("A profile does not let users approve it"), advice);
    assertTrue(advice.contains("Jamf") && advice.contains("Intune"), advice);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "10.15.7 | System Preferences > Security & Privacy > General: Allow",
        "11.2.3 | System Preferences > Security & Privacy > General: Allow",
        "12.7 | System Preferences > Security & Privacy > General: Allow",
        "13.0 | System Settings > Privacy & Security: Allow",
        "14.5 | System Settings > Privacy & Security: Allow",
        "15.0 | System Settings > General > Login Items & Extensions > Endpoint Security",
        "26.1 | System Settings > General > Login Items & Extensions > Endpoint Security",
        "10.16 | System Settings > Privacy & Security (up to macOS 12: System Preferences >",
        "- | System Settings > Privacy & Security (up to macOS 12: System Preferences >",
      })
  void aSystemExtensionIsApprovedWhereItsMacOsAsks(String version, String way) {
    Observation seen = system(version, ExtensionState.AWAITING_APPROVAL, true, false);
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, seen);
    assertTrue(advice.startsWith(way), advice);
    assertTrue(advice.contains("com.microsoft.wdav.epsext"), advice);
    assertTrue(
        Wording.summary(Reason.AWAITING_APPROVAL, seen).startsWith("Defender's system extension"));
  }

  @ParameterizedTest
  @CsvSource({
    ", Run: sudo kextutil",
    "true, Run: sudo kextutil",
    "false, approve the enrolment",
  })
  void aProfileWithoutEffectNeedsALoadOrARestart(Boolean userApproved, String way) {
    Observation seen =
        observation(
            "10.14.6",
            new Device.Mdm(true, userApproved),
            ExtensionKind.KERNEL,
            ExtensionState.AWAITING_APPROVAL,
            false,
            true,
            List.of(),
            Policies.NONE);
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, seen);
    assertTrue(advice.startsWith("A profile allows it"), advice);
    assertTrue(advice.contains(way), advice);
    assertTrue(advice.contains("restart this Mac"), advice);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSystemExtensionProfileWithoutEffectIsDeployedAgain(boolean userMayApprove) {
    Observation seen = system("12.7", ExtensionState.AWAITING_APPROVAL, userMayApprove, true);
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, seen);
    assertTrue(advice.contains("deploy the profile again"), advice);
    assertEquals(userMayApprove, advice.contains("System Preferences"), advice);
  }

  @Test
  void aSystemExtensionThatUsersMayNotApproveIsTheProfilesTask() {
    Observation seen = system("13.0", ExtensionState.AWAITING_APPROVAL, false, false);
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, seen);
    assertTrue(advice.startsWith("A profile does not let users approve it: allow com."), advice);
    assertFalse(advice.contains("System Settings"), advice);
  }

  @Test
  void aDisabledSystemExtensionIsSwitchedOnWhereItWasSwitchedOff() {
    String sequoia =
        Wording.advice(
            Reason.EXTENSION_DISABLED, system("15.1", ExtensionState.DISABLED, true, false));
    assertTrue(sequoia.contains("Login Items & Extensions"), sequoia);
    String ventura =
        Wording.advice(
            Reason.EXTENSION_DISABLED, system("13.1", ExtensionState.DISABLED, true, false));
    assertTrue(ventura.startsWith("System Settings > Privacy & Security: switch"), ventura);
  }

  @Test
  void aRestartIsAskedForWhereItHelps() {
    Observation upgrade = system("12.7", ExtensionState.PENDING_RESTART, true, false);
    assertEquals("Restart this Mac.", Wording.advice(Reason.RESTART_REQUIRED, upgrade));
    assertEquals(
        "Defender's system extension waits for a restart of C02XK0AAJG5H.",
        Wording.summary(Reason.RESTART_REQUIRED, upgrade));
    Observation leaving = system("12.7", ExtensionState.ABSENT, true, false);
    assertTrue(Wording.advice(Reason.EXTENSION_MISSING, leaving).startsWith("Restart this Mac"));
    Observation gone = awaiting("12.7", true);
    assertTrue(Wording.advice(Reason.EXTENSION_MISSING, gone).startsWith("Install"));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void noAdviceForASystemExtensionNamesKextutil(Reason reason) {
    for (boolean mayApprove : new boolean[] {true, false}) {
      for (boolean allowed : new boolean[] {true, false}) {
        Observation seen = system("12.7", ExtensionState.UNKNOWN, mayApprove, allowed);
        assertFalse(Wording.advice(reason, seen).contains("kextutil"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "AWAITING_APPROVAL | true | - | - | allow com.microsoft.wdav.epsext and"
            + " com.microsoft.wdav.netext of team UBF8T346G9 in the system extension profile",
        "AWAITING_APPROVAL | false | com.microsoft.wdav.netext | - | A profile does not let users"
            + " approve it: allow com.microsoft.wdav.netext of team UBF8T346G9 in the system",
        "AWAITING_APPROVAL | true | - | EndpointSecurityExtension | Managed Macs: add"
            + " EndpointSecurityExtension to AllowedSystemExtensionTypes of team UBF8T346G9 in",
        "AWAITING_APPROVAL | false | com.microsoft.wdav.netext | NetworkExtension | allow"
            + " com.microsoft.wdav.netext of team UBF8T346G9, and add NetworkExtension to",
        "EXTENSION_MISSING | false | - | - | A profile does not allow Defender's extension: allow"
            + " com",
        "EXTENSION_MISSING | true | - | NetworkExtension | A profile does not allow Defender's"
            + " extension: add NetworkExtension",
        "EXTENSION_MISSING | true | - | - | Install Microsoft Defender again",
        "EXTENSION_DISABLED | false | - | - | A profile does not let users approve it again: allow",
        "EXTENSION_DISABLED | true | - | - | switch Defender's extension on",
      })
  void theAdviceNamesWhatTheProfileDoesNotAllow(
      Reason reason, boolean userMayApprove, String bundle, String type, String expected) {
    Policies policies = new Policies(true, null, true, false, list(bundle), list(type), List.of());
    String advice =
        Wording.advice(
            reason,
            observation(
                "15.1",
                Device.Mdm.UNKNOWN,
                ExtensionKind.SYSTEM,
                ExtensionState.UNKNOWN,
                userMayApprove,
                false,
                List.of(),
                policies));
    assertTrue(advice.contains(expected), advice);
  }

  @Test
  void aTeamInBothListsIsRemovedFromOne() {
    Policies twice = new Policies(true, null, false, true, List.of(), List.of(), List.of());
    String advice =
        Wording.advice(
            Reason.AWAITING_APPROVAL,
            observation(
                "15.1",
                Device.Mdm.UNKNOWN,
                ExtensionKind.SYSTEM,
                ExtensionState.AWAITING_APPROVAL,
                false,
                true,
                List.of(),
                twice));
    assertTrue(advice.contains("remove it from one of them"), advice);
  }

  private static List<String> list(String one) {
    return one == null ? List.of() : List.of(one);
  }

  private static Observation system(
      String osVersion, ExtensionState state, boolean userMayApprove, boolean allowed) {
    return observation(
        osVersion,
        Device.Mdm.UNKNOWN,
        ExtensionKind.SYSTEM,
        state,
        userMayApprove,
        allowed,
        List.of(new SystemExtension("com.microsoft.wdav.epsext", "101.1", "some_state")),
        Policies.NONE);
  }

  private static Observation awaiting(String osVersion, boolean userMayApprove) {
    return observation(
        osVersion,
        Device.Mdm.UNKNOWN,
        ExtensionKind.KERNEL,
        ExtensionState.AWAITING_APPROVAL,
        userMayApprove,
        false,
        List.of(),
        Policies.NONE);
  }

  @Test
  void whatKeepsAMacFromOnboardingAgainIsNamedWhereItIs() {
    Observation plain = awaiting("26.1", true);
    String advice = Wording.advice(Reason.NOT_LICENSED, plain);
    assertFalse(advice.contains("offboard"), advice);
    Observation left = Records.with(plain, "offboardingLeft", true);
    String more = Wording.advice(Reason.NOT_LICENSED, left);
    assertTrue(more.contains("sudo rm '" + Observation.OFFBOARDING + "'"), more);
    assertTrue(more.endsWith(advice), more);
    assertFalse(Wording.advice(Reason.DEFENDER_EXPIRED, left).contains("offboard"));
  }

  private static Observation observation(
      String osVersion,
      Device.Mdm mdm,
      ExtensionKind kind,
      ExtensionState state,
      boolean userMayApprove,
      boolean allowedByProfile,
      List<SystemExtension> rows,
      Policies policies) {
    return new Observation(
        NOON,
        TODAY,
        Records.with(DEVICE, "osVersion", osVersion, "mdm", mdm),
        HEALTHY,
        Records.with(
            extension(kind, state, Grant.NONE, false, userMayApprove, null),
            "allowedByProfile",
            allowedByProfile,
            "systemExtensions",
            rows),
        policies,
        false);
  }
}
