package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.install.MacReport.Outcome;

/** The whole report of on-a-mac.sh, in every shell. */
class OnAMacIT extends AskedMac {
  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void everyBeliefIsAskedAboutAndNothingIsChanged(String any) throws Exception {
    shell = any;
    addTheToolsOfAMac();
    Map<String, String> before = everything();

    Ended ended = ask(0);

    MacReport report = MacReport.parse(ended.out());
    assertEquals("15.4 (24E248)", report.macOs());
    assertEquals("Intel", report.chip());
    assertEquals("user approved", report.mdm());
    assertEquals("not installed", report.agent());
    assertEquals(Beliefs.questions(), List.copyOf(report.answers().keySet()));
    assertEquals(before, everything());
    assertNoNames(ended);
    assertEquals(
        new TreeSet<>(
            Set.of(
                "access-list-lines",
                "boot-session",
                "codesign-requirement",
                "console-owner",
                "enrolment-line",
                "kernel-list",
                "kext-policy-readable",
                "kext-policy-schema",
                "mdatp-closed",
                "mdatp-exit-codes",
                "no-such-service",
                "ps-environment",
                "registry-properties",
                "staging-flag",
                "system-extension-database",
                "system-extension-words")),
        answered(report, Outcome.AS_EXPECTED));
    assertTrue(ended.err().startsWith("on-a-mac.sh: 16 as expected, 0 different, 17 "), ended::err);
  }

  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void whatIsOtherwiseDiffers(String any) throws Exception {
    shell = any;
    addTheToolsOfAMac();
    mac.signed(false);
    mac.kextFolderFlags("-");
    mac.enrolment("perhaps");
    mac.systemExtensions().put("com.microsoft.wdav.epsext", "101.1", "activated_on_a_whim");
    lockByAProfile();
    Script.write(mac.path("/usr/sbin/sysctl"), "echo hello");
    Script.write(mac.path("/bin/launchctl"), "printf '\\t\"a.b\" => perhaps\\ndisabled services'");
    Script.write(mac.path("/bin/ls"), "echo ' 0: group:everyone may delete'");
    Script.write(mac.path("/usr/sbin/kextstat"), "echo 'com.apple.kpi.bsd (1)'; exit 3");
    Script.write(mac.path("/usr/bin/who"), "echo 'nobody ttys000'");
    Script.write(mac.path("/bin/ps"), "echo \"$(cat '" + temp + "/none' 2>/dev/null)\"");
    mac.write(
        SUPPORT + "status.json",
        "{\"lastAttempt\":{\"outcome\":\"failed\",\"exitCode\":71,"
            + "\"detail\":\"Error Domain=KMErrorDomain Code=27\"}}\n");
    Script.write(mac.path("/usr/bin/log"), "echo '2026 Prompting for /Users/Anna/kextwatch'");
    Script.write(mac.path(SUPPORT + "current/bin/kextwatch"), "exit 70");

    Ended ended = ask(1);

    assertNoNames(ended);
    assertEquals(
        new TreeSet<>(
            Set.of(
                "access-list-lines",
                "boot-session",
                "codesign-requirement",
                "console-owner",
                "enrolment-line",
                "extension-lock-keys",
                "java-starts",
                "kernel-list",
                "loader-exit-codes",
                "no-privacy-prompt",
                "no-such-service",
                "staging-flag",
                "switched-off-label",
                "system-extension-words")),
        answered(MacReport.parse(ended.out()), Outcome.DIFFERS));
    assertTrue(ended.out().contains("  found: activated_on_a_whim\n"), ended::out);
  }

  @Test
  void aToolThatFailsSaysNothingOfThisMacAndStopsNothing() throws Exception {
    addTheToolsOfAMac();
    String name = "I am C02XK0AAJG5H, Anna's at /Users/anna, 5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34";
    try (Stream<Path> files = Files.walk(mac.root())) {
      for (Path tool : files.filter(OnAMacIT::isTool).toList()) {
        Script.write(tool, "echo \"" + name + "\"; echo \"" + name + "\" >&2; exit 9");
      }
    }

    Ended ended = ask(1);

    MacReport report = MacReport.parse(ended.out());
    assertEquals(Beliefs.questions(), List.copyOf(report.answers().keySet()));
    assertNoNames(ended);
    assertEquals("unknown", report.mdm());
  }

  /** What the simulated Mac has no need of otherwise. */
  private void addTheToolsOfAMac() throws IOException {
    mac.write("/Users/anna/Public/.localized", "");
    Script.write(
        mac.path("/bin/ls"),
        "for f; do echo \"drwxr-xr-x+ 3 anna staff 96 Nov 26 10:00 $f\"; done\n"
            + "echo ' 0: group:everyone deny delete'");
    Script.write(
        mac.path("/usr/bin/who"),
        Owner.of(mac.path("/dev/console")).isRoot() ? ":" : "echo 'anna console Nov 26 10:00'");
    Script.write(mac.path("/bin/sleep"), "exec /bin/sleep \"$@\"");
    Script.write(
        mac.path("/bin/ps"),
        """
        [ -d /proc ] || exec /bin/ps "$@"
        for process in /proc/[0-9]*; do
          environment=$(tr '\\0' ' ' <"$process/environ") || continue
          echo "${process#/proc/} a command $environment"
        done 2>/dev/null
        exit 0
        """);
  }

  private static boolean isTool(Path file) {
    return Files.isRegularFile(file)
        && Files.isExecutable(file)
        && !file.toString().contains("/sim/");
  }

  /** Every file of the Mac with its content, but the notes of its tools and the database's own. */
  private Map<String, String> everything() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(mac.root())) {
      for (Path file : files.filter(f -> !f.startsWith(mac.path("/sim"))).toList()) {
        found.put(
            file.toString(),
            Files.isRegularFile(file) && !file.toString().contains("KextPolicy")
                ? Files.readString(file)
                : "");
      }
    }
    return found;
  }
}
