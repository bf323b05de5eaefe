package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Verdict;

/** {@code check --json} in the situations of the story, each with the right document. */
class SituationsIT extends OnAMac {
  /** Prints the pair of the real-time protection the other way round. */
  private static final Path DOC_ERROR =
      Script.AGENT.resolve(
          "src/test/resources/recordings/mdatp/015-text-kext-blocked-DOC-ERROR-swapped.txt");

  @Test
  void fromABlockedExtensionToProtection() throws Exception {
    neverRequested(look(1));
    assertEquals(List.of(), rig.mac.calls("kextutil"));
    assertEquals(0, rig.received("status.changed"), "--no-report");

    rig.mac.allowWindow(Duration.ZERO);
    Status blocked = check(1);
    blocked(blocked);
    assertEquals(2, rig.received("status.changed"), "before and after the attempt");
    assertEquals(0, blocked.agent().pendingEvents());
    assertNotNull(blocked.agent().lastDeliveryAt());
    assertEquals(blocked, document(1, "status", "--json"));

    check(1);
    assertEquals(2, rig.received("status.changed"), "nothing changed");
    assertEquals(1, rig.mac.calls("kextutil").size(), "25 minutes have not passed");
    assertFalse(rig.mac.allowButtonVisible());

    swappedPair(look(1, DOC_ERROR));

    rig.settings(Map.of("promptRenewalSeconds", 1));
    rig.mac.allowWindow(Duration.ofMinutes(30));
    check(1); // more than a second after the first attempt
    assertEquals(2, rig.mac.calls("kextutil").size());

    assertTrue(rig.mac.clickAllow());
    approved(look(1));
    loaded(check(0));
  }

  private static void neverRequested(Status status) {
    assertEquals(ExtensionState.NEVER_REQUESTED, status.extension().state());
    assertEquals(Reason.AWAITING_APPROVAL, status.reason());
    assertEquals(Grant.NONE, status.extension().grant());
    assertEquals("kext_policy has no row", status.extension().grantEvidence());
    assertEquals(true, status.health().realTimeProtectionEnabled());
    assertEquals(false, status.health().realTimeProtectionAvailable());
    assertEquals("C02XK0AAJG5H", status.device().serialNumber());
    assertEquals("10.14.6", status.device().osVersion());
    assertEquals("/Library/Extensions/wdavkext.kext", status.extension().path());
  }

  private static void blocked(Status status) {
    assertEquals(ExtensionState.AWAITING_APPROVAL, status.extension().state());
    assertEquals(Reason.AWAITING_APPROVAL, status.reason());
    assertEquals(Outcome.POLICY_BLOCKED, status.extension().lastAttempt().outcome());
    assertEquals(27, status.extension().lastAttempt().exitCode());
    String detail = status.extension().lastAttempt().detail();
    assertTrue(detail.startsWith("Kext rejected due to system policy"), detail);
  }

  private static void swappedPair(Status status) {
    assertEquals(false, status.health().realTimeProtectionEnabled());
    assertEquals(true, status.health().realTimeProtectionAvailable());
    assertEquals(Reason.AWAITING_APPROVAL, status.reason());
  }

  private static void approved(Status status) {
    assertEquals(ExtensionState.APPROVED_INACTIVE, status.extension().state());
    assertEquals(Reason.APPROVED_NOT_LOADED, status.reason());
    assertEquals(Grant.USER, status.extension().grant());
    assertEquals(false, status.extension().loaded());
  }

  private static void loaded(Status status) {
    assertEquals(Verdict.PROTECTED, status.verdict());
    assertEquals(Reason.NONE, status.reason());
    assertEquals(ExtensionState.ACTIVE, status.extension().state());
    assertEquals(true, status.extension().loaded());
    assertEquals(Outcome.LOADED, status.extension().lastAttempt().outcome());
    assertEquals("", status.advice());
  }

  @Test
  void approvedByTheMdm() throws Exception {
    rig.mac.approveByProfile();

    Status status = check(0);

    assertEquals(Grant.MDM, status.extension().grant());
    assertEquals(Verdict.PROTECTED, status.verdict());
  }

  @Test
  void neitherDefenderNorMacOsCanBeRead() throws Exception {
    Files.delete(rig.mac.path("/usr/sbin/kextstat"));
    Path database = rig.mac.path("/private/var/db/SystemPolicyConfiguration/KextPolicy");
    Files.delete(database);
    Files.writeString(database, "no database");
    rig.mac.fault(
        "mdatp",
        0,
        """
        licensed                              : true
        real_time_protection_enabled          : unavailable
        real_time_protection_available        : unavailable
        """,
        "",
        0);

    Status status = look(2);

    assertEquals(Verdict.UNKNOWN, status.verdict());
    assertEquals(Reason.UNREADABLE, status.reason());
    assertEquals(Grant.UNREADABLE, status.extension().grant());
    Ended shown = rig.kextwatch("status");
    assertEquals(2, shown.exit());
    assertEquals(
        """
        UNKNOWN
        Neither Defender nor macOS says whether C02XK0AAJG5H is protected.
          What to do    Run: sudo kextwatch doctor
          Why           unreadable
          Since         * s ago
          Extension     kernel, unknown, not known whether loaded; grant: unreadable (KextPolicy\
         cannot be read: file is not a database)
          Health        ok, real-time protection not reported and availability not reported
          Delivery      0 events wait, nothing delivered yet
          Seen          * s ago
          Daemon        not running; see: sudo kextwatch doctor
        """,
        shown.out().replaceAll("\\d+ s ago", "* s ago"));
  }

  @Test
  void defenderIsNotInstalled() throws Exception {
    Files.delete(rig.mac.path("/usr/local/bin/mdatp"));
    assertEquals(Reason.NOT_INSTALLED, look(1).reason());
  }

  /** A look at which Defender prints a recording. */
  private Status look(int exit, Path recording) throws Exception {
    rig.mac.fault("mdatp", 0, Files.readString(recording), "", 0);
    return look(exit);
  }

  /** A look without acting and reporting. */
  private Status look(int exit) throws Exception {
    return document(exit, "check", "--json", "--no-act", "--no-report");
  }

  private Status check(int exit) throws Exception {
    return document(exit, "check", "--json");
  }

  private Status document(int exit, Object... command) throws Exception {
    Ended ended = rig.kextwatch(command);
    assertEquals("", ended.err());
    assertEquals(exit, ended.exit(), ended::out);
    return Json.read(Status.class, ended.out().getBytes(StandardCharsets.UTF_8));
  }
}
