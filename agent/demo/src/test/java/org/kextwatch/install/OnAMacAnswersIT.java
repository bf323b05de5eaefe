package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Nap;
import org.kextwatch.install.MacReport.Outcome;

/** Single answers of on-a-mac.sh, and what it does where it cannot ask. */
class OnAMacAnswersIT extends AskedMac {
  private static final Path STATUS_DOCUMENT =
      Script.AGENT.resolve("src/test/resources/status-document.json");

  private static final String ARCHITECTURE = "architecture-name";

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
  void theArchitectureIsComparedWithTheNameOfTheProcessor() throws Exception {
    processor("Apple M4", 1);
    assertEquals("Apple", MacReport.parse(ask(0).out()).answers().get(ARCHITECTURE).found());
    processor("Intel(R) Core(TM) i7", 0);
    assertEquals("Intel", MacReport.parse(ask(0).out()).answers().get(ARCHITECTURE).found());
    processor("Apple M4", 0);
    assertEquals(
        "it says Intel, the name of the processor says Apple",
        MacReport.parse(ask(1).out()).answers().get(ARCHITECTURE).found());
  }

  private void processor(String name, int arm) throws IOException {
    Script.write(
        mac.path("/usr/sbin/sysctl"),
        "case $2 in *arm64) echo %d ;; *brand*) echo '%s' ;; *) exec cat \"${0%%/usr/*}/sim/boot-uuid\" ;; esac"
            .formatted(arm, name));
  }

  @Test
  void theSignatureOfTheReleasesOwnJavaIsVerified() throws Exception {
    Script.write(mac.path(SUPPORT + "current/runtime/bin/java"), "");
    Script.write(mac.path("/usr/bin/codesign"), "case $* in *runtime/bin/java) exit 3 ;; esac");
    MacReport.Answer answer = MacReport.parse(ask(1).out()).answers().get("own-java-signature");
    assertEquals(Outcome.DIFFERS, answer.outcome());
    Script.write(mac.path("/usr/bin/codesign"), "case $* in *runtime/bin/java) exit 0 ;; esac");
    assertEquals(
        "it does", MacReport.parse(ask(1).out()).answers().get("own-java-signature").found());
  }

  @Test
  void whereTheClassesOfTheDaemonComeFromIsTold() throws Exception {
    Script.write(mac.path(SUPPORT + "current/classes.jsa"), "");
    Path launcher = mac.path(SUPPORT + "current/bin/kextwatch");
    String line = "echo '[info][class,load] org.kextwatch.agent.cli.Main source: ";
    Script.write(launcher, line + "file:/a.jar'");
    MacReport.Answer answer = MacReport.parse(ask(1).out()).answers().get("archived-classes");
    assertEquals(Outcome.DIFFERS, answer.outcome());
    Script.write(launcher, line + "shared objects file'");
    assertEquals(
        "they do", MacReport.parse(ask(0).out()).answers().get("archived-classes").found());
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
  void whatAPackageLeavesIsLookedAt() throws Exception {
    assertEquals(Outcome.CANNOT_TELL, afterAPackage("exit 1"));
    assertEquals(Outcome.DIFFERS, afterAPackage("echo version: 0.2.0"));
    mac.write(SUPPORT + "current/install.sh", "");
    assertEquals(Outcome.AS_EXPECTED, afterAPackage("echo version: 0.2.0"));
    mac.write(SUPPORT + "package/install.sh", "");
    assertEquals(Outcome.DIFFERS, afterAPackage("echo version: 0.2.0"));
  }

  private Outcome afterAPackage(String pkgutil) throws Exception {
    Script.write(mac.path("/usr/sbin/pkgutil"), pkgutil);
    MacReport report = MacReport.parse(run("--root", mac.root()).out());
    return report.answers().get("package-installs").outcome();
  }

  @Test
  void theLineOfAStartIsLookedFor() throws Exception {
    Script.write(mac.path("/bin/launchctl"), "printf '{\\n\\t\"PID\" = 11;\\n}\\n'");
    Path log = mac.path("/usr/bin/log");
    String[][] cases = {
      {"03:12", "echo '2026-11-26 10:00 logger: Kextwatch 0.2.0 starts: verdict'", "AS_EXPECTED"},
      {"03:12:07", "echo 'Timestamp'", "DIFFERS"},
      {"03:12", "exit 64", "CANNOT_TELL"},
      {"2-03:12:07", ":", "CANNOT_TELL"},
    };
    for (String[] one : cases) {
      Script.write(mac.path("/bin/ps"), "echo ' " + one[0] + "'");
      Script.write(log, one[1]);
      MacReport report = MacReport.parse(run("--root", mac.root()).out());
      assertEquals(one[2], report.answers().get("log-lines").outcome().name(), one[0]);
    }
  }

  @Test
  void theStatusTellsOfLoadsAndDeliveries() throws Exception {
    String status = Files.readString(STATUS_DOCUMENT).lines().collect(Collectors.joining());
    mac.write(
        SUPPORT + "status.json",
        status.replaceAll(
            "\"lastAttempt\": ?(null|\\{[^}]*})",
            "\"lastAttempt\":{\"at\":\"2026-11-23T18:45:17Z\",\"outcome\":\"loaded\",\"exitCode\":null,\"detail\":\"macOS"
                + " had loaded it already\"}"));
    Files.createDirectories(mac.path(SUPPORT + "current/lib"));
    mac.write(SUPPORT + "current/lib/kextwatch-agent-0.2.0.jar", "");
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
}
