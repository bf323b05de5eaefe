package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.cli.Program;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.simulator.SimulatedMac;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Each thing that must be right, broken by itself: the doctor finds it and says what to do. */
class DoctorIT {
  private static final String APP = "/Applications/Microsoft Defender.app";
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  /** Each Mac here is the same, so that its status is made once. */
  private static String statusOfAll;

  @TempDir private Path folder;

  private SimulatedMac mac;
  private SystemRoot root;
  private InstanceLock lock;

  @BeforeEach
  void aMacThatIsWatched() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of("endpoint", "https://fleet.example.com/hooks/CANARY"), SECRET);
    mac.write("/Library/LaunchDaemons/org.kextwatch.agent.plist", "<plist/>");
    tool("/bin/launchctl", "echo 'disabled services = {'");
    mac.approveByProfile();
    mac.restart();
    root = SystemRoot.at(mac.root());
    if (statusOfAll == null) {
      Check.run(root, false, false);
      statusOfAll = Files.readString(mac.path(SUPPORT + "status.json"));
    }
    mac.write(
        SUPPORT + "status.json",
        statusOfAll.replaceFirst("20\\d\\d-[^\"]+", Instant.now().toString()));
    Files.createDirectories(mac.path("/private/var/db/kextwatch/spool"));
    mode("/private/var/db/kextwatch", "rwx------");
    mode("/private/var/db/kextwatch/spool", "rwx------");
    Files.createDirectories(mac.path("/Library/Logs/Kextwatch"));
    mode("/Library/Logs/Kextwatch", "rwxr-x---");
    lock = InstanceLock.takeForDaemon(mac.path("/private/var/db/kextwatch/lock")).orElseThrow();
  }

  @AfterEach
  void release() throws IOException {
    lock.close();
  }

  @Test
  void nothingFailsOnAMacThatIsWatched() {
    Doctor.Report report = examine();
    assertEquals(List.of(), marked(report, Mark.FAIL));
    assertEquals(List.of("clock"), marked(report, Mark.CANNOT_TELL));
    assertFalse(report.hasFailed());
  }

  /** What is broken. */
  interface Break {
    void on(DoctorIT test) throws Exception;
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        broken("settings", Mark.FAIL, t -> t.write(SUPPORT + "config.json", "{")),
        broken("settings", Mark.WARN, t -> Files.delete(t.mac.path(SUPPORT + "config.json"))),
        broken("settings", Mark.FAIL, t -> t.set("caBundle", "/etc/none.pem")),
        broken("settings", Mark.FAIL, t -> t.keystore("expired.p12")),
        broken("settings", Mark.FAIL, t -> t.keystore("nokey.p12")),
        broken("settings", Mark.OK, t -> t.keystore("legacy.p12")),
        broken("endpoint", Mark.WARN, t -> t.edit("(lastDeliveryError\":)null", "$1\"x\"")),
        broken("endpoint", Mark.WARN, t -> t.mac.prepareForAgent(Map.of(), SECRET)),
        broken("webhook secret", Mark.FAIL, t -> t.write(SUPPORT + "secret", "hunter2")),
        broken("webhook secret", Mark.FAIL, t -> t.mode(SUPPORT + "secret", "rw-r--r--")),
        broken("webhook secret", Mark.FAIL, t -> Files.delete(t.mac.path(SUPPORT + "secret"))),
        broken("launchd job", Mark.FAIL, t -> t.tool("/bin/launchctl", "exit 113")),
        broken("launchd job", Mark.CANNOT_TELL, t -> t.tool("/bin/launchctl", "exit 5")),
        broken("background item", Mark.FAIL, t -> t.switched("true")),
        broken("background item", Mark.FAIL, t -> t.switched("disabled")),
        broken("background item", Mark.OK, t -> t.switched("false")),
        broken("background item", Mark.OK, t -> t.switched("enabled")),
        broken("background item", Mark.CANNOT_TELL, t -> t.switched("perhaps")),
        broken("background item", Mark.CANNOT_TELL, t -> t.tool("/bin/launchctl", "exit 0")),
        broken("background item", Mark.CANNOT_TELL, t -> t.tool("/bin/launchctl", "exit 125")),
        broken("daemon", Mark.FAIL, t -> t.lock.close()),
        broken("status", Mark.FAIL, t -> Files.delete(t.mac.path(SUPPORT + "status.json"))),
        broken("status", Mark.FAIL, t -> t.edit("\"20\\d\\d-", "\"2020-")),
        broken("clock", Mark.FAIL, t -> t.edit("(clockSkewSeconds\":)null", "$1-4000")),
        broken("clock", Mark.WARN, t -> t.edit("(clockSkewSeconds\":)null", "$1100")),
        broken("clock", Mark.OK, t -> t.edit("(clockSkewSeconds\":)null", "$12")),
        broken("state folder", Mark.FAIL, t -> t.mode("/private/var/db/kextwatch", "rwxrwxrwx")),
        broken("state folder", Mark.WARN, t -> t.mode("/private/var/db/kextwatch", "rwxr-xr-x")),
        broken("state folder", Mark.WARN, t -> t.mode("/private/var/db", "rwxrwxrwx")),
        broken("programs folder", Mark.FAIL, t -> t.mode(SUPPORT, "rwxrwxr-x")),
        broken("log folder", Mark.WARN, t -> Files.delete(t.mac.path("/Library/Logs/Kextwatch"))),
        broken("launchd plist", Mark.FAIL, t -> t.mode(AgentPaths.LAUNCHD_JOB, "rw-rw-r--")),
        broken("launchd plist", Mark.WARN, t -> Files.delete(t.mac.path(AgentPaths.LAUNCHD_JOB))),
        broken("access lists", Mark.CANNOT_TELL, t -> t.tool("/bin/ls", "exit 1")),
        broken("access lists", Mark.CANNOT_TELL, t -> Files.delete(t.mac.path("/bin/ls"))),
        broken("tool sqlite3", Mark.FAIL, t -> Files.delete(t.mac.path("/usr/bin/sqlite3"))),
        broken("tool kextutil", Mark.FAIL, t -> t.mode("/usr/bin/kextutil", "rwxrwxrwx")),
        broken("tool ioreg", Mark.WARN, t -> Files.delete(t.mac.path("/usr/sbin/ioreg"))),
        broken("tool mdatp", Mark.FAIL, t -> Files.delete(t.mac.path("/usr/local/bin/mdatp"))),
        broken("Defender's signature", Mark.FAIL, t -> t.mac.signed(false)),
        broken("Defender's signature", Mark.FAIL, t -> t.mode(APP, "rwxrwxrwx")),
        broken("Defender's signature", Mark.WARN, t -> t.mode(APP, "rwxrwxr-x")),
        broken("Defender's daemon", Mark.FAIL, t -> t.mac.fault("mdatp", 3, "", "", 0)),
        broken("approval database", Mark.WARN, t -> t.mac.fault("sqlite3", 1, "", "boom", 0)),
        broken(
            "managed policies",
            Mark.FAIL,
            t -> {
              t.mac.revoke();
              t.mac.restart();
              t.mac.write(
                  "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist",
                  "<plist><dict/></plist>");
            }),
        broken("user", Mark.WARN, t -> t.mac.logOut()),
        broken(
            "macOS",
            Mark.FAIL,
            t -> Files.delete(t.mac.path("/System/Library/CoreServices/SystemVersion.plist"))));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatIsBrokenIsFoundWithItsRemedy(String check, Mark mark, Break breaks) throws Exception {
    breaks.on(this);
    Finding finding = find(check);
    assertEquals(mark, finding.mark(), finding::toString);
    assertEquals(mark == Mark.OK, finding.remedy().isEmpty(), finding::toString);
  }

  static Stream<Arguments> remedies() {
    return Stream.of(
        remedy("settings", "Correct it in", t -> t.write(SUPPORT + "config.json", "{\"x\":1}")),
        remedy(
            "settings", "Write /Library", t -> Files.delete(t.mac.path(SUPPORT + "config.json"))),
        remedy("settings", "config validate", t -> t.keystore("expired.p12")),
        remedy(
            "endpoint",
            "security find-certificate -a -c \"Their Root\" -p",
            t ->
                t.edit(
                    "(lastDeliveryError\":)null",
                    "$1\"https://a.example: TLS fails: its root certificate, CN=Their Root, O=X, is"
                        + " neither in Java's list of roots nor in caBundle\"")),
        remedy(
            "endpoint",
            "webhook test",
            t -> t.edit("(lastDeliveryError\":)null", "$1\"no connection\"")),
        remedy("launchd job", "launchctl print system/", t -> t.tool("/bin/launchctl", "exit 5")),
        remedy("status", "sudo kextwatch check", t -> t.write(SUPPORT + "status.json", "{")),
        remedy("tool kextutil", "who has changed", t -> t.mode("/usr/bin/kextutil", "rwxrwxrwx")),
        remedy("Defender's signature", "chmod -R g-w", t -> t.mode(APP, "rwxrwxr-x")),
        remedy(
            "approval database",
            "See tool sqlite3",
            t -> Files.delete(t.mac.path("/usr/bin/sqlite3"))),
        remedy("approval database", "only an attempt to load", t -> t.fault("sqlite3")),
        remedy(
            "extension",
            "See the tools",
            t -> {
              t.mac.revoke();
              t.mac.restart();
              t.fault("sqlite3");
            }),
        remedy(
            "managed policies",
            "plutil -lint",
            t ->
                t.mac.write(
                    "/Library/Managed"
                        + " Preferences/com.apple.syspolicy.kernel-extension-policy.plist",
                    "junk")),
        remedy("tool systemextensionsctl", "", t -> {}));
  }

  @ParameterizedTest
  @MethodSource("remedies")
  void theRemedyIsOfUseToRoot(String check, String remedy, Break breaks) throws Exception {
    breaks.on(this);
    String said = find(check).remedy();
    assertTrue(said.contains(remedy) && !said.contains("sudo kextwatch doctor"), said);
  }

  @Test
  void refusedSettingsHaveAnExitCodeOfTheirOwn() throws Exception {
    write(SUPPORT + "config.json", "{\"maxLoadAttempts\":\"x\"}");
    assertTrue(examine().settingsRefused());
    Files.delete(mac.path(SUPPORT + "config.json"));
    assertFalse(examine().hasFailed());
    Files.delete(mac.path("/usr/local/bin/mdatp"));
    assertTrue(examine().hasFailed());
  }

  @Test
  void peopleReadALineForEachCheckAndNoSecret() {
    String text = DoctorText.of(examine(), Ansi.OFF);
    assertTrue(text.startsWith("ok          root"), text);
    assertTrue(
        text.contains("\nok          tool mdatp               /usr/local/bin/mdatp\n"), text);
    assertFalse(text.contains("CANARY"), text);
    assertFalse(text.contains("whsec_AAEC"), text);
  }

  private Doctor.Report examine() {
    return Doctor.examine(root, true);
  }

  private Finding find(String check) {
    return Doctor.examine(root, true, one -> one.name().equals(check)).findings().get(0);
  }

  @Test
  void theDoctorAndTheValidationOfSettingsAgree() throws Exception {
    keystore("expired.p12");
    StringWriter out = new StringWriter();
    CommandLine program = Program.commandLine().setOut(new PrintWriter(out, true));
    assertEquals(1, program.execute("--root", mac.root().toString(), "config", "validate"));
    assertTrue(out.toString().contains("failed:  " + find("settings").text()), out::toString);
    assertTrue(examine().hasFailed());
  }

  @Test
  void aClockThatIsBehindIsSaidToBeBehind() throws Exception {
    edit("(clockSkewSeconds\":)null", "$1-600");
    assertEquals("600 s behind the endpoint's", find("clock").text());
  }

  /** The password of all these keystores is the same. */
  private void keystore(String name) throws Exception {
    secret("/etc/id.p12", DoctorIT.class.getResourceAsStream("/tls/" + name).readAllBytes());
    secret("/etc/password", "geheim\n".getBytes(StandardCharsets.US_ASCII));
    mac.prepareForAgent(
        Map.of(
            "endpoint",
            "https://fleet.example.com/hooks/CANARY",
            "clientKeystore",
            "/etc/id.p12",
            "clientKeystorePasswordFile",
            "/etc/password"),
        SECRET);
  }

  private void set(String key, String value) throws Exception {
    mac.prepareForAgent(
        Map.of("endpoint", "https://fleet.example.com/hooks/CANARY", key, value), SECRET);
  }

  private void secret(String macPath, byte[] content) throws IOException {
    Files.createDirectories(mac.path(macPath).getParent());
    Files.write(mac.path(macPath), content);
    mode(macPath, "rw-------");
  }

  private void fault(String tool) {
    mac.fault(tool, 1, "", "boom", 0);
  }

  private static Arguments remedy(String check, String remedy, Break breaks) {
    return Arguments.of(check, remedy, breaks);
  }

  private static List<String> marked(Doctor.Report report, Mark mark) {
    return report.findings().stream()
        .filter(finding -> finding.mark() == mark)
        .map(Finding::check)
        .toList();
  }

  private static Arguments broken(String check, Mark mark, Break breaks) {
    return Arguments.of(check, mark, breaks);
  }

  private void edit(String regex, String replacement) throws IOException {
    Path status = mac.path(SUPPORT + "status.json");
    Files.writeString(status, Files.readString(status).replaceFirst(regex, replacement));
  }

  private void write(String macPath, String content) throws IOException {
    Files.writeString(mac.path(macPath), content);
  }

  private void tool(String macPath, String body) throws IOException {
    Files.writeString(mac.path(macPath), "#!/bin/sh\n" + body + "\n");
  }

  /** As launchctl lists our label, which a user or an admin has switched. */
  private void switched(String to) throws IOException {
    String others = "\"com.apple.ftpd\" => disabled\n\t\t\"org.kextwatch.agent.old\" => disabled";
    tool(
        "/bin/launchctl",
        """
        [ "$*" = 'print-disabled system' ] || exit 0
        cat <<'LIST'
        \tdisabled services = {
        \t\t%s
        \t\t"org.kextwatch.agent" => %s
        \t}
        LIST
        """
            .formatted(others, to));
  }

  private void mode(String macPath, String mode) throws IOException {
    Files.setPosixFilePermissions(mac.path(macPath), PosixFilePermissions.fromString(mode));
  }
}
