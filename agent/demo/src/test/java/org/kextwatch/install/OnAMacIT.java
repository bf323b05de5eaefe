package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Nap;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.install.MacReport.Outcome;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedMac;

/**
 * What on-a-mac.sh asks and reports, with tools that know no more than a Mac's; the whole report in
 * every shell.
 */
class OnAMacIT {
  private static final Path STATUS_DOCUMENT =
      Script.AGENT.resolve("src/test/resources/status-document.json");
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  /** What a report must not have: the names of the simulated Mac, and what the tests give it. */
  private static final List<String> NAMES =
      List.of("C02XK0AAJG5H", "5C1F5E0A", "Anna", "/Users", "mdm.example.com", "proxy.example.com");

  @TempDir Path temp;

  private String shell = "dash";
  private SimulatedMac mac;
  private Path script;
  private Path bin;
  private Path misused;

  @BeforeEach
  void aMacOnWhichAllIsWell() throws Exception {
    Path folder = temp.toRealPath();
    mac = SimulatedMac.create(folder.resolve("a Mac"), MacModel.SEQUOIA);
    script = Script.copy(Beliefs.SCRIPT, folder.resolve("an archive/launchd/on-a-mac.sh"));
    bin = Files.createDirectory(folder.resolve("bin"));
    misused = Files.createFile(folder.resolve("misused"));
    StrictTools.write(bin, misused);
    Script.write(bin.resolve("sleep"), "exec /bin/sleep 0.0$1");
  }

  @AfterEach
  void noToolWasMisused() throws Exception {
    assertEquals("", Files.readString(misused));
  }

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
    assertTrue(ended.err().startsWith("on-a-mac.sh: 16 as expected, 0 different, 12 "), ended::err);
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
    mac.put(
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
  void theKeysByWhichMacOsLocksExtensionsAreNamed() throws Exception {
    lockByAProfile();
    policyInTheDatabase("allowUserOverrides", "removableByNobody");
    assertEquals(
        "a profile locks some; the keys of policies in db.plist are: allowUserOverrides"
            + " removableByNobody",
        MacReport.parse(ask(1).out()).answers().get("extension-lock-keys").found());

    policyInTheDatabase("allowUserOverrides", "nonRemovableFromUIExtensions");
    MacReport.Answer answer = MacReport.parse(ask(0).out()).answers().get("extension-lock-keys");
    assertEquals(Outcome.AS_EXPECTED, answer.outcome());
    assertEquals("it has nonRemovableFromUIExtensions", answer.found());
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

  @Test
  void whereThereAreNoToolsNothingCanBeTold() throws Exception {
    Path empty = Files.createDirectory(temp.resolve("empty"));

    Ended ended = ask(0, "--root", empty);

    MacReport report = MacReport.parse(ended.out());
    assertEquals("unknown (unknown)", report.macOs());
    assertEquals("unknown", report.chip());
    assertEquals(
        new TreeSet<>(Beliefs.questions()), answered(report, Outcome.CANNOT_TELL), ended::out);
  }

  @Test
  void withoutPerlNoToolIsRunThatMightNotEnd() throws Exception {
    Files.delete(bin.resolve("perl"));

    MacReport report = MacReport.parse(ask(0).out());

    assertEquals(
        new TreeSet<>(Set.of("system-extension-database", "system-extension-words")),
        answered(report, Outcome.AS_EXPECTED),
        "what a file alone tells");
    assertEquals(Set.of(), answered(report, Outcome.DIFFERS));
    assertEquals(List.of(), mac.calls());
    assertEquals(
        "there is no perl, which ends a tool in time",
        report.answers().get("boot-session").found());
  }

  @Test
  void aToolThatHangsIsEndedWithItsChildren() throws Exception {
    Files.writeString(script, Files.readString(script).replace("patience=20", "patience=1"));
    Nap nap = new Nap();
    Script.write(
        mac.path("/usr/sbin/ioreg"), "/bin/sleep %s & exec /bin/sleep %s".formatted(nap, nap));

    MacReport report = MacReport.parse(ask(0).out());

    assertEquals(
        "/usr/sbin/ioreg did not end within 1 seconds",
        report.answers().get("registry-properties").found());
    nap.assertNobodyIsLeft();
  }

  @Test
  void onlyIfItIsWantedIsTheDaemonEnded() throws Exception {
    Path pid = Files.writeString(temp.resolve("pid"), "11");
    Path kills = Files.createFile(temp.resolve("kills"));
    Script.write(
        mac.path("/bin/launchctl"),
        """
        case $1 in
          list) printf '{\\n\\t"PID" = %%s;\\n}\\n' "$(cat '%s')" ;;
          kill) echo "$*" >>'%s'; echo 12 >'%s' ;;
          *) exit 113 ;;
        esac
        """
            .formatted(pid, kills, pid));
    Script.write(mac.path("/bin/ps"), "echo ' 64000'");

    MacReport report = MacReport.parse(ask(1).out()); // that launchctl knows no print-disabled
    assertEquals("", Files.readString(kills));
    assertEquals("64 MB", report.answers().get("daemon-cost").found());
    assertEquals("not asked: --restart asks it", report.answers().get("job-ends-in-time").found());

    report = MacReport.parse(ask(1, "--root", mac.root(), "--restart").out());
    assertEquals("kill TERM system/org.kextwatch.agent\n", Files.readString(kills));
    assertEquals(Outcome.AS_EXPECTED, report.answers().get("job-ends-in-time").outcome());
    assertEquals(Outcome.AS_EXPECTED, report.answers().get("job-comes-back").outcome());
  }

  @Test
  void theStatusTellsOfLoadsAndDeliveries() throws Exception {
    String status = Files.readString(STATUS_DOCUMENT).lines().collect(Collectors.joining());
    mac.put(
        SUPPORT + "status.json",
        status.replaceAll(
            "\"lastAttempt\": ?(null|\\{[^}]*})",
            "\"lastAttempt\":{\"at\":\"2026-11-23T18:45:17Z\",\"outcome\":\"loaded\",\"exitCode\":null,\"detail\":\"macOS"
                + " had loaded it already\"}"));
    Files.createDirectories(mac.path(SUPPORT + "current/lib"));
    mac.put(SUPPORT + "current/lib/kextwatch-agent-0.2.0.jar", "");
    Script.write(
        mac.path("/usr/sbin/scutil"),
        "printf '  HTTPSEnable : 1\\n  HTTPSProxy : proxy.example.com\\n'");

    Ended ended = ask(0);

    MacReport report = MacReport.parse(ended.out());
    assertNoNames(ended);
    assertEquals("0.2.0", report.agent());
    assertEquals("macOS had loaded it", report.answers().get("allow-loads-kext").found());
    assertTrue(report.answers().get("system-proxy").found().startsWith("a proxy is set"));
  }

  @Test
  void usage() throws Exception {
    Ended help = run("--help");
    assertEquals(0, help.exit());
    assertTrue(help.out().startsWith("usage: sudo ./launchd/on-a-mac.sh"), help::out);
    assertTrue(help.out().contains("examples:"), help::out);
    for (Object[] wrong :
        List.of(
            new Object[] {"--rot"},
            new Object[] {""},
            new Object[] {"--root"},
            new Object[] {"--root", "/nowhere"})) {
      Ended refused = run(wrong);
      assertEquals(64, refused.exit(), refused::toString);
      assertEquals("", refused.out());
      assertTrue(refused.err().contains("--help"), refused::err);
    }
  }

  private Ended ask(int exit, Object... options) throws Exception {
    Ended ended = options.length == 0 ? run("--root", mac.root()) : run(options);
    assertEquals(exit, ended.exit(), ended::toString);
    return ended;
  }

  private Ended run(Object... options) throws Exception {
    return Script.run(
        temp,
        Map.of("PATH", bin.toString()),
        shell,
        Stream.concat(Stream.of(script), Stream.of(options)).toArray());
  }

  /** What the simulated Mac has no need of otherwise. */
  private void addTheToolsOfAMac() throws IOException {
    mac.put("/Users/anna/Public/.localized", "");
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

  private void lockByAProfile() throws IOException {
    mac.put(
        "/Library/Managed Preferences/com.apple.system-extension-policy.plist",
        """
        <plist version="1.0"><dict><key>NonRemovableFromUISystemExtensions</key><dict>
        <key>UBF8T346G9</key><array><string>com.microsoft.wdav.epsext</string></array>
        </dict></dict></plist>
        """);
  }

  private void policyInTheDatabase(String overrides, String lock) throws IOException {
    Path database = mac.path("/Library/SystemExtensions/db.plist");
    String list =
        """
        <array><dict><key>%s</key><true/><key>%s</key><dict>
        <key>UBF8T346G9</key><array><string>com.microsoft.wdav.epsext</string></array>
        </dict></dict></array>
        """
            .formatted(overrides, lock);
    Files.writeString(
        database,
        Files.readString(database)
            .replaceFirst(
                "(?s)(<key>extensionPolicies</key>\\s*)(<array/>|.*(?=<key>extensions</key>))",
                "$1" + list));
  }

  private static boolean isTool(Path file) {
    return Files.isRegularFile(file)
        && Files.isExecutable(file)
        && !file.toString().contains("/sim/");
  }

  private static void assertNoNames(Ended ended) {
    for (String name : NAMES) {
      assertFalse((ended.out() + ended.err()).contains(name), () -> name + " in " + ended.out());
    }
  }

  private static Set<String> answered(MacReport report, Outcome outcome) {
    return report.answers().entrySet().stream()
        .filter(answer -> answer.getValue().outcome() == outcome)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
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
