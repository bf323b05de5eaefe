package org.kextwatch.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.simulator.MacTools.Run;

class SimulatedMacTest extends OnASimulatedMac {
  @Test
  void kextutilRefusesAsRecordedUntilTheUserHasAllowed() throws Exception {
    assertFalse(mac.allowButtonVisible());
    Run refused = tools.kextutil();
    String recorded = MacTools.recording("kext/001-kextutil-wdavkext-policy-rejected.txt");
    assertEquals(
        withoutAddress(recorded.substring(recorded.indexOf('\n') + 1)),
        withoutAddress(refused.stderr()));
    assertEquals(new Run(27, "", refused.stderr()), refused);
    assertFalse(mac.isLoaded());
    assertTrue(mac.allowButtonVisible());

    assertTrue(mac.clickAllow());
    assertFalse(mac.allowButtonVisible());
    assertFalse(mac.isLoaded(), "Allow alone loads nothing here");
    assertEquals(
        "UBF8T346G9|com.microsoft.wdavkext|1|Microsoft Corporation|1",
        tools.sql("SELECT * FROM kext_policy"));

    assertEquals(new Run(0, "", ""), tools.kextutil());
    assertTrue(mac.isLoaded());
    assertEquals(new Run(0, "", ""), tools.kextutil(), "already loaded is as silent");
  }

  @Test
  void withoutARefusedLoadThereIsNothingToAllow() throws Exception {
    assertFalse(mac.clickAllow());
    assertEquals("", tools.sql("SELECT * FROM kext_policy"));
  }

  @Test
  void theAllowButtonDiesWithItsTimeAndComesBackWithTheNextRefusedLoad() throws Exception {
    mac.allowWindow(Duration.ZERO);
    tools.kextutil();
    assertFalse(mac.allowButtonVisible());
    assertFalse(mac.clickAllow());
    mac.allowWindow(Duration.ofMinutes(30));
    tools.kextutil();
    assertTrue(mac.clickAllow());
  }

  @Test
  void allowMayLoadTheKextByItself() throws Exception {
    mac.allowLoadsItself(true);
    tools.kextutil();
    mac.clickAllow();
    assertTrue(mac.isLoaded());
    mac.allowLoadsItself(false);
    mac.revoke();
    mac.restart();
    tools.kextutil();
    mac.clickAllow();
    assertFalse(mac.isLoaded());
  }

  @Test
  void aRefusedLoadMayLeaveARowThatAllowsNothing() throws Exception {
    mac.pendingRow(true);
    tools.kextutil();
    tools.kextutil();
    assertEquals("0", tools.sql("SELECT allowed FROM kext_policy"));
    assertEquals(27, tools.kextutil().exit());
    mac.clickAllow();
    assertEquals(0, tools.kextutil().exit());
  }

  @Test
  void aProfileApprovesWithoutAClickAndLoadsNothing() throws Exception {
    mac.approveByProfile();
    assertFalse(mac.isLoaded());
    assertEquals("1", tools.sql("SELECT allowed FROM kext_policy_mdm"));
    assertEquals(0, tools.kextutil().exit());
    assertTrue(mac.isLoaded());
  }

  @Test
  void whatIsRevokedStaysLoadedUntilTheRestart() throws Exception {
    mac.approveByProfile();
    tools.kextutil();
    mac.revoke();
    assertEquals(27, tools.kextutil().exit());
    assertTrue(mac.isLoaded());
    mac.restart();
    assertFalse(mac.isLoaded());
    assertFalse(mac.allowButtonVisible());
  }

  @Test
  void aRestartIsANewBootThatLoadsWhatIsApproved() throws Exception {
    String boot = tools.run("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid").stdout();
    assertTrue(boot.matches("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\n"), boot);
    mac.approveByProfile();
    mac.restart();
    assertNotEquals(boot, tools.run("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid").stdout());
    assertTrue(mac.isLoaded());
  }

  @ParameterizedTest
  @CsvSource({
    "/Library/Extensions/none.kext, 66,"
        + " Can't stat /Library/Extensions/none.kext - No such file or directory.",
    "/dev/file.kext, 66, /dev/file.kext is not a directory.",
    "/usr/bin, 64, /usr/bin not of type 'kext'.",
  })
  void kextutilNamesAWrongPath(String macPath, int exit, String text) throws Exception {
    mac.write("/dev/file.kext", "");
    assertEquals(
        new Run(exit, "", text + "\n"),
        tools.run("/usr/bin/kextutil", mac.path(macPath).toString()));
  }

  @Test
  void aMissingKextIsToldAsInApplesSource() throws Exception {
    Path kext = mac.path(MacTools.KEXT);
    Files.move(kext, temp.resolve("gone"));
    assertEquals(
        MacTools.recording("kext/111-SRC-kextutil-no-such-path.txt").strip(),
        tools.kextutil().stderr().strip());
  }

  @Test
  void kextstatListsTheKextOnceTheKernelHasIt() throws Exception {
    String[] ours = {"-l", "-b", "com.microsoft.wdavkext"};
    assertEquals(new Run(0, "", ""), tools.run("/usr/sbin/kextstat", ours));
    mac.approveByProfile();
    tools.kextutil();
    Run listed = tools.run("/usr/sbin/kextstat", ours);
    assertEquals(0, listed.exit());
    assertTrue(
        listed
            .stdout()
            .matches(
                " {2}142 {4}0 0x[0-9a-f]{16} 0x19000 {4}0x19000 {4}"
                    + "com\\.microsoft\\.wdavkext \\(101\\.19\\.48\\) [0-9A-F-]{36} <8 6 5 3 1>\n"),
        listed.stdout());
  }

  @Test
  void kextstatsOtherRowsAreRecordedOnes() throws Exception {
    List<String> recorded =
        MacTools.recording("kext/030-kextstat-mojave-18.7.0.txt").lines().toList();
    List<String> listed = tools.run("/usr/sbin/kextstat").stdout().lines().toList();
    assertEquals(recorded.get(0), listed.get(0));
    assertTrue(listed.size() > 5 && recorded.containsAll(listed), listed::toString);
  }

  @Test
  void defenderIsAvailableOnceTheKextIsLoaded() throws Exception {
    assertTrue(tools.mdatpHealth().contains("\"realTimeProtectionAvailable\":false"));
    assertTrue(tools.mdatpHealth().contains("\"realTimeProtectionEnabled\":{"));
    mac.approveByProfile();
    tools.kextutil();
    assertTrue(tools.mdatpHealth().contains("\"realTimeProtectionAvailable\":true"));
    String text = tools.run("/usr/local/bin/mdatp", "health").stdout();
    assertTrue(text.contains("\nreal_time_protection_available              : true\n"), text);
  }

  @Test
  void everyMemberOfDefendersJsonHasTheRecordedForm() throws Exception {
    Map<?, ?> recorded = json(MacTools.recording("mdatp/033-json-macos-101.98.30.txt"));
    Map<?, ?> printed = json(tools.mdatpHealth());
    assertTrue(printed.size() > 15, printed::toString);
    printed.forEach(
        (name, value) -> assertEquals(form(recorded.get(name)), form(value), "" + name));
  }

  @Test
  void theSmallToolsSayWhoTheMacIs() throws Exception {
    String ioreg = tools.run("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").stdout();
    assertTrue(ioreg.contains("\n      \"IOPlatformSerialNumber\" = \"C02XK0AAJG5H\"\n"), ioreg);
    assertTrue(ioreg.contains("\n      \"model\" = <\"MacBookPro15,1\">\n"), ioreg);
    assertEquals(
        "Anna's MacBook Pro\n", tools.run("/usr/sbin/scutil", "--get", "ComputerName").stdout());
    String enrolment = tools.run("/usr/bin/profiles", "status", "-type", "enrollment").stdout();
    assertTrue(enrolment.contains("\nMDM enrollment: Yes (User Approved)\n"), enrolment);
    assertEquals(
        new Run(113, "", "Could not find service \"org.kextwatch.agent\" in domain for system\n"),
        tools.run("/bin/launchctl", "print", "system/org.kextwatch.agent"));
    assertEquals(1, tools.run("/usr/sbin/sysctl", "-n", "kern.nothing").exit());
  }

  @Test
  void defendersSignatureHoldsUntilItIsTakenAway() throws Exception {
    String mdatp = mac.path(MacLayout.MDATP).toString();
    assertEquals(new Run(0, "", ""), tools.run("/usr/bin/codesign", "--verify", mdatp));
    mac.signed(false);
    assertEquals(
        new Run(1, "", MacLayout.MDATP + ": code object is not signed at all\n"),
        tools.run("/usr/bin/codesign", "--verify", mdatp));
    mac.signed(true);
    assertEquals(0, tools.run("/usr/bin/codesign", "--verify", mdatp).exit());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theStoryIsTheSameInEveryShell(List<String> shell) throws Exception {
    String kext = mac.path(MacTools.KEXT).toString();
    assertEquals(27, tools.runBy(shell, "/usr/bin/kextutil", kext).exit());
    assertTrue(mac.clickAllow());
    assertEquals(new Run(0, "", ""), tools.runBy(shell, "/usr/bin/kextutil", kext));
    assertTrue(
        tools
            .runBy(shell, "/usr/sbin/kextstat", "-l", "-b", "com.microsoft.wdavkext")
            .stdout()
            .contains("com.microsoft.wdavkext (101.19.48)"));
    Run health = tools.runBy(shell, "/usr/local/bin/mdatp", "health", "--output", "json");
    assertEquals(true, json(health.stdout()).get("healthy"));
    assertEquals("", health.stderr());
    assertEquals(4, mac.calls().size());
  }

  static Stream<List<String>> shells() {
    return Stream.of(
            List.of("/bin/sh"),
            List.of("/bin/dash"),
            List.of("/bin/bash", "--posix"),
            List.of("/bin/busybox", "sh"),
            List.of("/bin/posh"))
        .filter(shell -> Files.isExecutable(Path.of(shell.get(0))));
  }

  private static Map<?, ?> json(String text) throws IOException {
    return (Map<?, ?>) new Moshi.Builder().build().adapter(Object.class).fromJson(text);
  }

  /** What a JSON value is made of; of a setting also what its value is made of. */
  private static String form(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.keySet() + (map.containsKey("value") ? form(map.get("value")) : "");
    }
    return value instanceof List ? "list" : "" + (value == null ? null : value.getClass());
  }

  private static String withoutAddress(String text) {
    return text.replaceAll("<OSKext 0x[0-9a-f]{12} \\[0x[0-9a-f]{12}\\]>", "<OSKext>").strip();
  }
}
