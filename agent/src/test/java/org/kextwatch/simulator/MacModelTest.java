package org.kextwatch.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.simulator.SimulatedExtensions.ENABLED;
import static org.kextwatch.simulator.SimulatedExtensions.ENDPOINT_SECURITY;
import static org.kextwatch.simulator.SimulatedExtensions.LEAVING;
import static org.kextwatch.simulator.SimulatedExtensions.WAITING;

import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.PropertyListParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.simulator.MacTools.Run;

/** What the tools of each simulated Mac print is what was recorded on such a Mac. */
class MacModelTest {
  private static final Pattern COLON = Pattern.compile("\\s*:\\s*");

  @TempDir Path temp;
  private SimulatedMac mac;
  private MacTools tools;

  private void be(MacModel model) throws IOException {
    mac = SimulatedMac.create(temp.resolve("a Mac"), model);
    tools = new MacTools(mac);
  }

  @ParameterizedTest
  @EnumSource(MacModel.class)
  void theAgentSeesItsMacOs(MacModel model) throws Exception {
    be(model);
    MacVersion seen = MacVersion.of(SystemRoot.at(mac.root())).orElseThrow();
    assertTrue(seen.text().startsWith(model.macOs()), seen::toString);
    assertEquals(model.compareTo(MacModel.BIG_SUR) >= 0, seen.isBigSurOrLater());
    assertFalse(seen.build().contains("@"));
  }

  @ParameterizedTest
  @EnumSource(MacModel.class)
  void itsDatabaseHasTheTablesOfItsMacOs(MacModel model) throws Exception {
    be(model);
    assertEquals("4", tools.sql("SELECT count(*) FROM sqlite_master WHERE type='table'"));
    assertEquals(
        model == MacModel.HIGH_SIERRA ? "7" : "8",
        tools.sql("SELECT count(*) FROM pragma_table_info('kext_load_history_v3')"));
  }

  @ParameterizedTest
  @EnumSource(MacModel.class)
  void noToolKeepsABlank(MacModel model) throws Exception {
    be(model);
    try (Stream<Path> files = Files.walk(mac.root())) {
      for (Path file : files.filter(Files::isExecutable).filter(Files::isRegularFile).toList()) {
        assertFalse(Files.readString(file).matches("(?s).*@[a-z]+@.*"), file::toString);
      }
    }
  }

  @Test
  void highSierrasDefenderSpeaksTheFirstLanguage() throws Exception {
    be(MacModel.HIGH_SIERRA);
    assertEquals(new Run(1, "", ""), mdatp("health", "--output", "json"));
    mac.answerToUnknownWords(3, "out", "err");
    assertEquals(new Run(3, "out", "err"), mdatp("health"));

    String blocked = mdatp("--health").stdout();
    assertHasLinesOf("mdatp/006-legacy-health-kext-blocked.txt", blocked);
    assertEquals(
        keys(MacTools.recording("mdatp/009-legacy-health-linux-100.87.66.txt")), keys(blocked));
    mac.approveByProfile();
    assertEquals(0, tools.kextutil().exit());
    assertHasLinesOf("mdatp/007-legacy-health-kext-approved.txt", mdatp("--health").stdout());
  }

  @Test
  void catalinasDefenderPrintsTextWhateverIsAsked() throws Exception {
    be(MacModel.CATALINA);
    assertHasLinesOf("mdatp/014-text-kext-blocked.txt", tools.mdatpHealth());
    mac.approveTeamByProfile();
    tools.kextutil();
    assertHasLinesOf("mdatp/016-text-kext-approved.txt", tools.mdatpHealth());
  }

  @ParameterizedTest
  @CsvSource({
    "BIG_SUR, mdatp/022-text-macos-sysext-blocked-2024-straight-quotes.txt",
    "SEQUOIA, mdatp/024-text-macos-sysext-blocked-2026.txt"
  })
  void aBlockedDefenderPrintsThePairOfItsTime(MacModel model, String recording) throws Exception {
    be(model);
    mac.systemExtensions().putBoth(model.defender(), WAITING);
    mac.fullDiskAccess(false);
    assertHasLinesOf(recording, mdatp("health").stdout());
    boolean unavailable = model == MacModel.BIG_SUR;
    assertTrue(
        tools
            .mdatpHealth()
            .contains(
                "\"realTimeProtectionAvailable\":" + (unavailable ? "\"unavailable\"" : "false")));
  }

  @Test
  void defenderWorksOnceItsExtensionsAreAllowed() throws Exception {
    be(MacModel.BIG_SUR);
    assertTrue(mac.systemExtensions().userAllows());
    assertFalse(mac.systemExtensions().userAllows());
    Set<String> recorded =
        lines(MacTools.recording("mdatp/017-text-macos-101.70.19-full-audit.txt"));
    for (String line : lines(mdatp("health").stdout())) {
      if (Stream.of("healthy", "health_issues", "app_version", "real_time", "full_disk")
          .anyMatch(line::startsWith)) {
        assertTrue(recorded.contains(line), line);
      }
    }
    assertTrue(tools.mdatpHealth().contains("\"healthy\":true"));
    assertTrue(tools.mdatpHealth().endsWith("\"endpoint_security_extension\"}\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "activated_enabled, kext/083-sysext-mde-enabled.txt",
    "terminated_waiting_to_uninstall_on_reboot, kext/084-sysext-mde-terminated-waiting-reboot.txt"
  })
  void extensionsAreListedAsRecorded(String state, String recording) throws Exception {
    be(MacModel.CATALINA);
    assertEquals("0 extension(s)\n", list());
    mac.systemExtensions().putBoth("101.47.27", state);
    List<String> recorded =
        MacTools.recording(recording).lines().filter(line -> !line.contains("%")).toList();
    assertEquals(recorded, list().lines().map(line -> line.replace('\t', ' ').strip()).toList());
  }

  @Test
  void theListHasTheTabsAndMarksOfRealOnes() throws Exception {
    be(MacModel.CATALINA);
    mac.systemExtensions().put(ENDPOINT_SECURITY, "1.8.0", ENABLED);
    mac.systemExtensions().put(ENDPOINT_SECURITY, "6.2.0", WAITING);
    mac.systemExtensions().put(ENDPOINT_SECURITY, "1.7.0", LEAVING);
    assertEquals(
        MacTools.recording("mdatp/067-sysext-list-catalina-single.txt").lines().toList().get(2),
        list().lines().toList().get(2));
    List<String> recorded =
        MacTools.recording("kext/087-sysext-karabiner-fixtures.txt").lines().toList();
    List<String> rows = list().lines().skip(3).toList();
    for (int i = 0; i < 3; i++) {
      assertEquals(frame(recorded.get(i)), frame(rows.get(i)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BIG_SUR", "VENTURA", "SEQUOIA", "TAHOE"})
  void fromSequoiaOnCategoriesSayWhereTheyAreManaged(MacModel model) throws Exception {
    be(model);
    boolean hint = model.compareTo(MacModel.SEQUOIA) >= 0;
    assertEquals(
        hint ? 2 : 0,
        list()
            .lines()
            .filter(
                line ->
                    line.startsWith("--- com.apple.system_extension.")
                        && line.contains(
                            " (Go to 'System Settings > General > Login Items & Extensions > "))
            .count());
  }

  @ParameterizedTest
  @EnumSource(names = {"CATALINA", "BIG_SUR", "TAHOE"})
  void databaseAndListSayTheSame(MacModel model) throws Exception {
    be(model);
    mac.systemExtensions().put(ENDPOINT_SECURITY, "9.9", LEAVING);
    Set<String> listed =
        list()
            .lines()
            .filter(line -> line.contains("UBF8T346G9"))
            .map(line -> line.split("\t", -1))
            .map(
                c ->
                    c[2]
                        + " "
                        + c[3].replaceAll("/.*", "").replace("(", "")
                        + " "
                        + c[5].replaceAll("[\\[\\]]", "").replace(' ', '_'))
            .collect(Collectors.toSet());
    assertEquals(listed, database());
    mac.restart();
    assertFalse(list().contains("9.9") || database().toString().contains("9.9"));
  }

  private Set<String> database() throws Exception {
    Path file = mac.path("/Library/SystemExtensions/db.plist");
    NSDictionary top = (NSDictionary) PropertyListParser.parse(file.toFile());
    return Arrays.stream(((NSArray) top.get("extensions")).getArray())
        .map(NSDictionary.class::cast)
        .map(
            row ->
                row.get("teamID")
                    + " "
                    + row.get("identifier")
                    + " "
                    + ((NSDictionary) row.get("bundleVersion")).get("CFBundleShortVersionString")
                    + " "
                    + row.get("state"))
        .collect(Collectors.toSet());
  }

  @Test
  void macsBeforeCatalinaKnowNoSystemExtensions() throws Exception {
    be(MacModel.HIGH_SIERRA);
    assertFalse(Files.exists(mac.path("/usr/bin/systemextensionsctl")));
    assertFalse(Files.exists(mac.path("/Library/SystemExtensions")));
  }

  @Test
  void anUpdateBringsSystemExtensionsAndTakesTheKextAway() throws Exception {
    be(MacModel.CATALINA);
    mac.approveByProfile();
    tools.kextutil();
    mac.updateToSystemExtensions("101.70.19");
    assertFalse(Files.exists(mac.path(MacTools.KEXT)));
    assertTrue(mac.isLoaded());
    assertTrue(
        tools.mdatpHealth().contains("app_version                                 : \"101.70"));
    assertTrue(tools.mdatpHealth().contains("available              : false\n"));
    mac.restart();
    assertFalse(mac.isLoaded());
  }

  @Test
  void fromBigSurOnKextutilIsAShim() throws Exception {
    be(MacModel.BIG_SUR);
    assertEquals(66, tools.kextutil().exit());
    mac.leaveKext();
    assertEquals(
        new Run(0, "", MacTools.recording("kext/067-kextutil-n-not-supported.txt")),
        tools.run("/usr/bin/kextutil", "-n", mac.path(MacTools.KEXT).toString()));
    String executing = "Executing: /usr/bin/kmutil load --bundle-path " + MacTools.KEXT + "\n";
    Run refused = tools.kextutil();
    assertEquals(27, refused.exit());
    assertEquals(
        MacTools.recording("kext/055-kextload-shim-rtwlanu-code27-after-allow.txt")
            .replace('\n', ' ')
            .strip()
            .replaceAll("com\\.realtek\\S+", "com.microsoft.wdavkext"),
        refused.stderr().replace(executing, "").strip());
    mac.approveTeamByProfile();
    Run accepted = tools.kextutil();
    assertEquals(28, accepted.exit());
    assertEquals(
        MacTools.recording("kext/057-kmutil-load-latsof-code28-reboot.txt")
            .strip()
            .replace("com.hackintosh.LatSOFAudio", "com.microsoft.wdavkext"),
        accepted.stderr().replace(executing, "").strip());
    assertFalse(mac.isLoaded());
  }

  @Test
  void fromBigSurOnKextstatChattersOnStderr() throws Exception {
    be(MacModel.TAHOE);
    String recorded = MacTools.recording("kext/038-kextstat-shim-listonly-none-loaded.txt");
    String bundle = "org.virtualbox.kext.VBoxUSB";
    assertEquals(
        new Run(0, "", String.join("\n", recorded.lines().limit(2).toList()) + "\n"),
        tools.run("/usr/sbin/kextstat", "-l", "-b", bundle));
    List<String> rows =
        MacTools.recording("kext/035-kextstat-shim-bigsur-20.4.0.txt")
            .lines()
            .map(String::strip)
            .toList();
    List<String> printed =
        tools.run("/usr/sbin/kextstat").stdout().lines().map(String::strip).toList();
    assertTrue(printed.size() == 5 && rows.containsAll(printed), printed::toString);
  }

  @Test
  void switchesShowInTheSmallTools() throws Exception {
    be(MacModel.TAHOE);
    String folder = mac.path("/private/var/db/KernelExtensionManagement").toString();
    assertEquals("restricted\n", tools.run("/usr/bin/stat", "-f", "%Sf", folder).stdout());
    mac.kextFolderFlags("-");
    assertEquals("-\n", tools.run("/usr/bin/stat", "-f", "%Sf", folder).stdout());
    assertEquals(1, tools.run("/usr/bin/stat", "-f", "%Sf", folder + "x").exit());
    mac.enrolment("No");
    assertTrue(
        tools
            .run("/usr/bin/profiles", "status", "-type", "enrollment")
            .stdout()
            .contains("\nMDM enrollment: No\n"));
  }

  private Run mdatp(String... words) throws Exception {
    return tools.run("/usr/local/bin/mdatp", words);
  }

  private String list() throws Exception {
    return tools.run("/usr/bin/systemextensionsctl", "list").stdout();
  }

  /** Documents blur the blanks around the colon, and print an ellipsis for what they leave out. */
  private static void assertHasLinesOf(String recording, String printed) throws IOException {
    Set<String> lines = lines(printed);
    for (String line : lines(MacTools.recording(recording))) {
      assertTrue(line.equals("...") || lines.contains(line), line + " in " + lines);
    }
  }

  private static Set<String> lines(String text) {
    return text.lines()
        .map(line -> COLON.matcher(line).replaceFirst(":"))
        .collect(Collectors.toSet());
  }

  /** The names with their padding. */
  private static List<String> keys(String text) {
    return text.lines()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')))
        .toList();
  }

  /** What of a row does not depend on whose extension it is. */
  private static String frame(String row) {
    return row.replaceAll("[A-Z0-9]{10}\t\\S+ \\(\\S+\\)\t[^\t]+", "X");
  }
}
