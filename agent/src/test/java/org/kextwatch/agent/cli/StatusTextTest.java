package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import picocli.CommandLine.Help.Ansi;

/** The whole screen that people see, for each kind of Mac. */
class StatusTextTest {
  private static final Extension UNREADABLE =
      StatusSamples.extension(
          ExtensionKind.KERNEL, ExtensionState.UNKNOWN, Grant.UNREADABLE, null, null, null);

  private static final Instant SOON = StatusSamples.NOON.plusSeconds(12);

  @Test
  void aHealthyMac() {
    assertEquals(
        """
        PROTECTED
        Defender protects C02XK0AAJG5H.
          Why           none
          Extension     kernel, active, loaded; grant: user (kext_policy allows it (user))
          Health        ok, real-time protection on and available
          Delivery      0 events wait, nothing delivered yet
          Seen          12 s ago\
        """,
        text(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE), SOON, true));
  }

  @Test
  void itSaysWhenDefenderExpires() {
    Health expiring = StatusSamples.HEALTHY.expiring(LocalDate.of(2027, 1, 1), StatusSamples.TODAY);
    String text = text(StatusSamples.status(expiring, StatusSamples.ACTIVE), SOON, true);
    assertTrue(
        text.contains(
            "  Health        ok, real-time protection on and available, expires on 2027-01-01\n"),
        text);
  }

  @Test
  void itSaysSinceWhenItIsSo() {
    Status status = StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
    Status since =
        new Status(
            status.schema(),
            status.observedAt(),
            status.verdict(),
            status.reason(),
            StatusSamples.NOON.minusSeconds(840),
            status.settling(),
            status.summary(),
            status.advice(),
            status.device(),
            status.agent(),
            status.health(),
            status.extension());
    assertTrue(text(since, SOON, true).contains("\n  Since         14 min ago\n"));
  }

  @Test
  void aBlockedMac() {
    Attempt attempt =
        new Attempt(
            StatusSamples.NOON.minusSeconds(240), Outcome.POLICY_BLOCKED, 27, "Kext rejected");
    Extension blocked =
        StatusSamples.extension(
            ExtensionKind.KERNEL,
            ExtensionState.AWAITING_APPROVAL,
            Grant.NONE,
            false,
            true,
            attempt);
    assertEquals(
        """
        AT RISK
        Defender's kernel extension is waiting for approval on C02XK0AAJG5H.
          What to do    System Preferences > Security & Privacy > General: Allow "Microsoft\
         Corporation". Managed Macs: allow team UBF8T346G9 in the kernel extension profile (Jamf:\
         Approved Kernel Extensions; Intune: Kernel extensions); it needs user-approved MDM.
          Why           awaiting_approval
          Extension     kernel, awaiting_approval, not loaded; grant: none (kext_policy allows it\
         (user))
          Last attempt  policy_blocked, 4 min ago
          Health        ok, real-time protection on and unavailable
          Delivery      0 events wait, nothing delivered yet
          Seen          12 s ago\
        """,
        text(StatusSamples.status(StatusSamples.pair(true, false), blocked), SOON, null));
  }

  @Test
  void aMacThatWasLastSeenLongAgo() {
    assertEquals(
        """
        PROTECTED at the last look: this status is old
        Defender protects C02XK0AAJG5H.
          Why           none
          Extension     kernel, active, loaded; grant: user (kext_policy allows it (user))
          Health        ok, real-time protection on and available
          Delivery      0 events wait, nothing delivered yet
          Seen          3 h ago
          Daemon        not running; see: sudo kextwatch doctor\
        """,
        text(
            StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE),
            StatusSamples.NOON.plus(Duration.ofHours(3)),
            false));
  }

  @Test
  void anUnreadableMac() {
    List<String> both = List.of("realTimeProtectionEnabled", "realTimeProtectionAvailable");
    Health unavailable =
        StatusSamples.health(
            Reachability.OK, null, true, null, null, false, null, "up_to_date", 12L, both);
    assertEquals(
        """
        UNKNOWN
        Neither Defender nor macOS says whether C02XK0AAJG5H is protected.
          What to do    Run: sudo kextwatch doctor
          Why           unreadable
          Extension     kernel, unknown, not known whether loaded; grant: unreadable (kext_policy\
         allows it (user))
          Health        ok, real-time protection not reported and availability not reported
          Delivery      0 events wait, nothing delivered yet
          Seen          12 s ago\
        """,
        text(StatusSamples.status(unavailable, UNREADABLE), SOON, true));
  }

  @Test
  void ofASystemExtensionNothingIsSaidThatConcernsKextsAlone() {
    Extension active = StatusSamples.systemExtension(ExtensionState.ACTIVE, List.of());
    String text = text(StatusSamples.status(StatusSamples.HEALTHY, active), SOON, true);
    assertTrue(
        text.contains(
            "Extension     system, active (system extensions are not in KextPolicy, their states"
                + " tell)\n"),
        text);
  }

  @Test
  void aMacWhoseDefenderSaysHalfOfIt() {
    assertEquals(
        """
        UNKNOWN
        Defender does not say whether it protects C02XK0AAJG5H.
          What to do    Run: mdatp health
          Why           health_incomplete
          Extension     kernel, unknown, not known whether loaded; grant: unreadable (kext_policy\
         allows it (user))
          Health        ok, real-time protection not reported and availability not reported
          Delivery      0 events wait, nothing delivered yet
          Seen          12 s ago\
        """,
        text(StatusSamples.status(StatusSamples.pair(null, null), UNREADABLE), SOON, true));
  }

  @Test
  void aMacWhoseDefenderDidNotAnswerInTime() {
    assertEquals(
        """
        UNKNOWN
        Defender did not answer in time on C02XK0AAJG5H.
          What to do    Run: mdatp health
          Why           timeout
          Extension     kernel, active, loaded; grant: user (kext_policy allows it (user))
          Health        timeout, real-time protection not reported and availability not reported
          Delivery      0 events wait, nothing delivered yet
          Seen          12 s ago\
        """,
        text(
            StatusSamples.status(
                Health.unreachable(Reachability.TIMEOUT, null), StatusSamples.ACTIVE),
            SOON,
            true));
  }

  @Test
  void onATerminalTheVerdictHasItsColour() {
    Status status = StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
    List<String> lines = StatusText.of(status, SOON, true, Ansi.ON).lines().toList();
    assertTrue(lines.get(0).contains("\u001b[1m\u001b[32mPROTECTED"), lines.get(0));
    assertEquals("Defender protects C02XK0AAJG5H.", lines.get(1));
  }

  private static String text(Status status, Instant now, @Nullable Boolean isRunning) {
    return StatusText.of(status, now, isRunning, Ansi.OFF);
  }
}
