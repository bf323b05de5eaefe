package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Verdict;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedExtensions;

/**
 * Macs as people met them, from their files and tools to what status and doctor say. Sources:
 * {@code cases/mac/README.md} in the resources.
 */
class CasesIT {
  private static final String KERNEL = "the kernel extension profile";
  private static final String SYSTEM = "the system extension profile";

  @TempDir private Path folder;

  private CaseMac mac;
  private Status status;
  private List<Finding> found;

  @Test
  void aHealthyStrictlyManagedMacIsFine() throws Exception {
    look("G1", MacModel.SEQUOIA);
    assertEquals(Reason.NONE, status.reason());
    assertEquals(List.of(), marked(Mark.FAIL));
    assertEquals(List.of(), marked(Mark.CANNOT_TELL));
    assertFalse(new Doctor.Report(found, false).hasFailed());
    assertSays(Mark.OK, "managed policies", SYSTEM + " allows Defender's extension");
    assertSays(Mark.OK, "user", "a profile keeps users from approving");
    assertSays(Mark.OK, "approval database", "not needed");
    assertSays(Mark.OK, "extension lock", "a profile keeps users from switching");
  }

  @Test
  void whatAProfileDoesNotTellIsNotCalledUnreadable() throws Exception {
    look("G2", MacModel.SEQUOIA);
    assertEquals(Reason.NONE, status.reason());
    assertEquals(true, status.extension().allowedByProfile());
    assertFalse(new Doctor.Report(found, false).hasFailed());
    assertSays(Mark.OK, "managed policies", SYSTEM + " allows Defender's extension");
    assertSays(Mark.OK, "managed policies", "AllowUserOverrides is not set");
    assertEquals(List.of(), marked(Mark.CANNOT_TELL));
  }

  @Test
  void aProfileThatMacOsHasNotActedOnIsNotToBlame() throws Exception {
    look("G4", MacModel.MOJAVE);
    assertAwaited(false, true, "A profile allows it, but macOS has not acted");
    assertSays(
        Mark.WARN, "managed policies", KERNEL + " allows it, but macOS has not acted on that");
    assertEquals(status.advice(), finding("managed policies").remedy());
    assertSays(Mark.OK, "user", "a profile keeps users from approving");
  }

  @Test
  void whatFileAndDatabaseAllowIsAUnion() throws Exception {
    look("P1", MacModel.SEQUOIA);
    assertAwaited(true, true, "A profile allows it, but macOS still waits");
  }

  @Test
  void aTypeThatAProfileLeavesOutIsNamed() throws Exception {
    look("P2", MacModel.SEQUOIA);
    assertAwaited(true, false, "add EndpointSecurityExtension to AllowedSystemExtensionTypes");
    assertSays(Mark.WARN, "managed policies", SYSTEM + " leaves Defender's extension out");
    assertEquals(status.advice(), finding("managed policies").remedy());
  }

  @Test
  void aTeamInBothListsIsReported() throws Exception {
    look("P4", MacModel.SEQUOIA);
    assertAwaited(true, true, "in both AllowedTeamIdentifiers and AllowedSystemExtensions");
    assertWarns("remove it from one of them");
    assertSays(Mark.WARN, "managed policies", "AllowedTeamIdentifiers");
  }

  @Test
  void anExtensionThatAProfileForbidsIsNotListedAndNotInstalledAgain() throws Exception {
    look("P6", MacModel.SEQUOIA);
    assertEquals(Reason.EXTENSION_MISSING, status.reason());
    String task =
        "allow com.microsoft.wdav.epsext and com.microsoft.wdav.netext of team UBF8T346G9 in "
            + SYSTEM;
    assertTrue(status.advice().contains(task), status.advice());
    assertFalse(status.advice().contains("Install"), status.advice());
    assertSays(Mark.FAIL, "managed policies", SYSTEM + " keeps users from approving");
    assertEquals(status.advice(), finding("extension").remedy());
    assertFalse(finding("user").text().contains("can approve"), finding("user")::toString);
  }

  @Test
  void theProfileThatForbidsIsNamedByItsKind() throws Exception {
    look("P7", MacModel.SEQUOIA);
    assertAwaited(
        false, false, "A profile does not let users approve it: allow com.microsoft.wdav");
    assertSays(Mark.FAIL, "managed policies", SYSTEM + " keeps users from approving");
    assertFalse(finding("managed policies").toString().contains("kernel"));
  }

  @Test
  void integersAreBooleansInAProfile() throws Exception {
    make("integers", MacModel.SEQUOIA);
    mac.simulated()
        .systemExtensions()
        .putBoth(MacModel.SEQUOIA.defender(), SimulatedExtensions.WAITING);
    look();
    assertAwaited(
        false, false, "A profile does not let users approve it: allow com.microsoft.wdav");
    assertSays(Mark.FAIL, "managed policies", SYSTEM + " keeps users from approving");
  }

  /** A hand-made row of another vendor; only an MDM writes such rows by itself. */
  @ParameterizedTest
  @CsvSource({"No, ", "Yes (User Approved), false"})
  void rowsOfOtherVendorsShutNobodyOutOfAMacInNoMdm(String enrolment, Boolean mayApprove)
      throws Exception {
    make("", MacModel.MOJAVE);
    mac.simulated().enrolment(enrolment);
    mac.row("'','com.example.MyIntelGPU'");
    look();
    assertAwaited(
        mayApprove,
        false,
        mayApprove == null ? "System Preferences >" : "A profile does not let users");
    assertEquals(mayApprove == null, finding("user").text().contains("can approve"));
  }

  /** Two kext payloads: macOS keeps one in the file, and all of them in its database. */
  @Test
  void ourRowBeatsTheFileOfAnotherPayload() throws Exception {
    make("", MacModel.MOJAVE);
    mac.simulated()
        .write(
            "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist",
            """
            <plist version="1.0"><dict><key>AllowUserOverrides</key><false/>
            <key>AllowedTeamIdentifiers</key><array><string>X9E956P446</string></array></dict></plist>
            """);
    mac.row("'UBF8T346G9',''");
    look();
    assertEquals(Grant.MDM, status.extension().grant());
    assertEquals(Reason.APPROVED_NOT_LOADED, status.reason());
    assertEquals(true, status.extension().allowedByProfile());
    assertFalse(status.extension().grantEvidence().contains("leaves"));
    assertSays(Mark.OK, "managed policies", KERNEL + " allows Defender's extension");
  }

  /** macOS 10.13.0 to 10.13.3: lionheart/openradar-mirror#19311. */
  @Test
  void theOldSentenceOfAnEnrolmentProfileIsUnderstood() throws Exception {
    make("", MacModel.HIGH_SIERRA);
    mac.tool("/usr/bin/profiles", "An enrollment profile is currently installed on this system\n");
    look();
    assertEquals(true, status.device().mdm().enrolled());
    assertNull(status.device().mdm().userApproved());
  }

  @ParameterizedTest
  @CsvSource({"db.plist", "sysext.out"})
  void anUpgradeThatWaitsBesideAWorkingVersionIsAWarning(String file) throws Exception {
    make("", MacModel.SEQUOIA);
    if (file.equals("sysext.out")) {
      mac.simulated().systemExtensions().hideDatabase();
    }
    mac.put("S4", file);
    look();
    assertEquals(Verdict.PROTECTED, status.verdict());
    assertWarns("restart this Mac to complete");
    assertSays(Mark.WARN, "protection", "restart this Mac to complete the upgrade");
  }

  /** Switching an extension off does not end it at once: tailscale#19203. */
  @ParameterizedTest
  @CsvSource({"terminating_for_disable", "terminating_for_disable_but_still_running"})
  void aSwitchedOffExtensionIsDisabledWhateverDefenderSays(String state) throws Exception {
    make("", MacModel.SEQUOIA);
    mac.put("G1", "mdatp.out"); // Defender works on until the Mac restarts
    mac.simulated().systemExtensions().putBoth(MacModel.SEQUOIA.defender(), state);
    look();
    assertEquals(Reason.EXTENSION_DISABLED, status.reason());
    assertEquals(true, status.health().realTimeProtectionAvailable());
    assertTrue(status.advice().contains("switch Defender's extension on"), status.advice());
    assertSays(Mark.WARN, "extension", "system, disabled");
  }

  @ParameterizedTest
  @CsvSource({"true, NONE", "false, UNHEALTHY"})
  void aNetworkFilterThatStoppedIsTold(String healthy, Reason reason) throws Exception {
    make("", MacModel.TAHOE);
    String printed = CaseMac.text("N1", "mdatp.out");
    String issues = "health_issues                               : [";
    mac.tool(
        "/usr/local/bin/mdatp",
        printed
            .replaceFirst(": true", ": " + healthy)
            .replace(
                issues,
                healthy.equals("true")
                    ? issues
                    : issues + "\"network event provider not running\""));
    look();
    assertEquals(reason, status.reason());
    assertTrue(status.health().unavailableFields().contains("networkEventsSubsystem"));
    assertWarns("networkEventsSubsystem");
  }

  /** What an attempt has shown is in the daemon's memory alone. */
  @Test
  void doctorKnowsWhatTheDaemonTried() throws Exception {
    make("", MacModel.MOJAVE);
    Check.run(SystemRoot.at(mac.simulated().root()), true, false);
    look();
    assertEquals(Outcome.POLICY_BLOCKED, status.extension().lastAttempt().outcome());
    assertSays(Mark.WARN, "extension", "kernel, awaiting approval");
  }

  /** A word of tomorrow was read, and is shown. */
  @Test
  void anUnknownWordIsNotCalledUnreadable() throws Exception {
    make("", MacModel.SEQUOIA);
    mac.simulated().systemExtensions().putBoth(MacModel.SEQUOIA.defender(), "activated_enabling");
    look();
    assertSays(Mark.CANNOT_TELL, "extension", "com.microsoft.wdav.epsext activated_enabling");
    assertFalse(finding("extension").remedy().contains("database"));
  }

  /** A Mac without the lock is fine; one on which somebody used the switch should get it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SEQUOIA | Yes | activated_enabled       | OK   | off in System Settings; a profile can",
        "SEQUOIA | Yes | terminating_for_disable | WARN | off in System Settings, and a user did",
        "SEQUOIA | No  | activated_enabled       | OK   | not needed",
        "TAHOE   | Yes | activated_enabled       | OK   | com.microsoft.wdav.epsext and com.",
        "VENTURA | Yes | activated_disabled      | OK   | not needed",
      })
  void doctorSaysWhereALockCouldBe(
      MacModel model, String enrolled, String state, Mark mark, String text) throws Exception {
    make("", model);
    mac.simulated().enrolment(enrolled);
    mac.simulated().systemExtensions().putBoth(model.defender(), state);
    look();
    assertSays(mark, "extension lock", text);
    assertEquals(
        mark == Mark.WARN, finding("extension lock").remedy().contains("lock.mobileconfig"));
    assertFalse(new Doctor.Report(List.of(finding("extension lock")), false).hasFailed());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "com.microsoft.wdav.netext | true | OK   | a profile keeps users from switching",
        "com.microsoft.wdav.netext |      | WARN | AllowUserOverrides",
        "com.example.other         | true | OK   | users can switch com.microsoft.wdav.netext off",
      })
  void aLockIsOneIfItNamesAllAndCanWork(String second, String overrides, Mark mark, String text)
      throws Exception {
    make("", MacModel.SEQUOIA);
    mac.simulated().enrolment("No");
    mac.simulated()
        .write(
            "/Library/Managed Preferences/com.apple.system-extension-policy.plist",
            """
            <plist version="1.0"><dict>%s<key>NonRemovableFromUISystemExtensions</key><dict>
            <key>UBF8T346G9</key><array><string>com.microsoft.wdav.epsext</string>
            <string>%s</string></array></dict></dict></plist>
            """
                .formatted(
                    overrides == null ? "" : "<key>AllowUserOverrides</key><true/>", second));
    mac.simulated()
        .systemExtensions()
        .putBoth(MacModel.SEQUOIA.defender(), SimulatedExtensions.ENABLED);
    look();
    assertSays(mark, "extension lock", text);
  }

  private void look(String name, MacModel model) throws Exception {
    make(name, model);
    look();
  }

  private void make(String name, MacModel model) throws IOException {
    mac = CaseMac.create(folder, model);
    mac.putAll(name);
  }

  private void look() throws Exception {
    SystemRoot root = SystemRoot.at(mac.simulated().root());
    status = Check.run(root, false, false).status();
    ToolRunner tools = new ToolRunner(root);
    found =
        Doctor.run(
            new DefenderChecks(root, tools, new SettingsReader(root).read().settings(), true).all(),
            Duration.ofMinutes(5));
  }

  private void assertAwaited(Boolean userMayApprove, boolean allowed, String advice) {
    assertEquals(Reason.AWAITING_APPROVAL, status.reason());
    assertEquals(userMayApprove, status.extension().userMayApprove());
    assertEquals(allowed, status.extension().allowedByProfile());
    assertTrue(status.advice().contains(advice), status.advice());
    assertEquals(status.advice(), finding("extension").remedy());
    assertEquals(status.summary(), finding("protection").text());
  }

  private void assertWarns(String text) {
    List<String> warnings = status.agent().warnings();
    assertTrue(warnings.stream().anyMatch(one -> one.contains(text)), warnings::toString);
  }

  private void assertSays(Mark mark, String check, String text) {
    Finding finding = finding(check);
    assertEquals(mark, finding.mark(), finding::toString);
    assertTrue(finding.text().contains(text), finding::toString);
  }

  private Finding finding(String check) {
    return found.stream().filter(one -> one.check().equals(check)).findFirst().orElseThrow();
  }

  private List<String> marked(Mark mark) {
    return found.stream().filter(one -> one.mark() == mark).map(Finding::check).toList();
  }
}
