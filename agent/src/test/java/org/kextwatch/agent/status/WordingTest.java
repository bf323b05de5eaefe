package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.Samples.DEVICE;
import static org.kextwatch.agent.status.Samples.HEALTHY;
import static org.kextwatch.agent.status.Samples.NOON;
import static org.kextwatch.agent.status.Samples.extension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void theWayToTheAllowButtonIsThatOfTheVersion(String version, String way) {
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, awaiting(version, true));
    assertTrue(advice.startsWith(way + ": Allow \"Microsoft Corporation\""), advice);
  }

  @Test
  void whereAProfileForbidsItTheUserIsNotSentThere() {
    String advice = Wording.advice(Reason.AWAITING_APPROVAL, awaiting("10.14.6", false));
    assertTrue(advice.startsWith("A profile keeps users from approving"), advice);
    assertTrue(advice.contains("Jamf") && advice.contains("Intune"), advice);
  }

  private static Observation awaiting(String osVersion, boolean userMayApprove) {
    Device device =
        new Device(
            DEVICE.serialNumber(),
            null,
            null,
            null,
            osVersion,
            null,
            null,
            Device.Mdm.UNKNOWN,
            DEVICE.labels());
    return new Observation(
        NOON,
        device,
        HEALTHY,
        extension(
            ExtensionKind.KERNEL,
            ExtensionState.AWAITING_APPROVAL,
            Grant.NONE,
            false,
            userMayApprove,
            null));
  }
}
