package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionListing;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionRow;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.ExtensionState;

final class SystemExtensionListTest extends OnAStubMac {
  private static final String DEFENDER =
      "*\t*\tUBF8T346G9\tcom.microsoft.wdav.epsext (101.1/101.1)\tMicrosoft Defender\t";

  /** What a person reads in each recording: every row, and what Defender's come to. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mdatp/065-sysext-list-both-enabled-multi-vendor.txt | \
          JE7N8449S9 uk.ava.reveal.agent.net 12.2.3 activated_enabled; \
          UBF8T346G9 com.microsoft.wdav.netext 101.26032.0016 activated_enabled; \
          PXPZ95SK77 com.paloaltonetworks.GlobalProtect.client.extension 6.2.6-838 unknown; \
          JE7N8449S9 uk.ava.reveal.agent.eps 12.2.3 activated_enabled; \
          UBF8T346G9 com.microsoft.wdav.epsext 101.26032.0016 activated_enabled | ACTIVE
          mdatp/066-sysext-list-one-row-2020.txt | \
          UBF8T346G9 com.microsoft.wdav.netext 101.04.48 unknown | UNKNOWN
          mdatp/067-sysext-list-catalina-single.txt | \
          AD94776VX5 com.suprhackersteve.crescendo.CrescendoExtension 1.0.4 activated_enabled \
          | ABSENT
          kext/080-sysext-crescendo-enabled.txt | \
          AD94776VX5 com.suprhackersteve.crescendo.CrescendoExtension 1.0.4 activated_enabled \
          | ABSENT
          kext/083-sysext-mde-enabled.txt | \
          UBF8T346G9 com.microsoft.wdav.netext 101.47.27 activated_enabled; \
          UBF8T346G9 com.microsoft.wdav.epsext 101.47.27 activated_enabled | ACTIVE
          kext/084-sysext-mde-terminated-waiting-reboot.txt | \
          UBF8T346G9 com.microsoft.wdav.netext 101.47.27 \
          terminated_waiting_to_uninstall_on_reboot; \
          UBF8T346G9 com.microsoft.wdav.epsext 101.47.27 \
          terminated_waiting_to_uninstall_on_reboot | ABSENT
          kext/087-sysext-karabiner-fixtures.txt | \
          G43BCU2T37 org.pqrs.Karabiner-DriverKit-VirtualHIDDevice 1.8.0 activated_enabled; \
          G43BCU2T37 org.pqrs.Karabiner-DriverKit-VirtualHIDDevice 6.2.0 \
          activated_waiting_for_user; \
          G43BCU2T37 org.pqrs.Karabiner-DriverKit-VirtualHIDDevice 1.8.0 \
          terminated_waiting_to_uninstall_on_reboot | ABSENT
          """)
  void aRecordingIsReadAsAPersonReadsIt(String recording, String rows, ExtensionState state) {
    List<ExtensionRow> printed = printed(Recordings.text(recording)).orElseThrow();
    assertEquals(rows, words(printed));
    assertEquals(state, SystemExtensions.state(SystemExtensions.ofDefender(printed)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mdatp/069-sysext-reset-sip-refused.txt",
        "kext/090-sysext-santa-forbidden-by-policy.txt",
      })
  void outputThatIsNoListIsUnknown(String recording) {
    assertEquals(Optional.empty(), printed(Recordings.text(recording)));
  }

  @Test
  void theHintInAHeaderIsNoRowAndStarsDoNotMatter() {
    String listing =
        """
        2 extension(s)

        --- com.apple.system_extension.network_extension (Go to 'System Settings > General > Login \
        Items & Extensions > Network Extensions' to modify these system extension(s))
        enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
        \t*\tUBF8T346G9\tcom.microsoft.wdav.netext (101.2/101.2)\tMicrosoft Defender Network \
        Extension (beta) [x]\t[activated waiting for user]
        --- com.apple.system_extension.endpoint_security
        enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
        *\t*\tUBF8T346G9\tcom.microsoft.wdav.epsext (101.1)\tX\t[a word of tomorrow]
        """;
    assertEquals(
        "UBF8T346G9 com.microsoft.wdav.netext 101.2 activated_waiting_for_user; "
            + "UBF8T346G9 com.microsoft.wdav.epsext 101.1 a_word_of_tomorrow",
        words(printed(listing).orElseThrow()));
  }

  @ParameterizedTest
  @CsvSource({
    "0 extension(s), true",
    "'1 extension(s)\n', false",
    "'', false",
    "command not found, false",
    "99999999999999999999 extension(s), false",
  })
  void noRowsAreAListOnlyIfItSaysSo(String output, boolean list) {
    assertEquals(list ? Optional.of(List.of()) : Optional.empty(), printed(output));
  }

  @Test
  void aTruncatedListIsUnknown() {
    String row = DEFENDER + "[activated enabled]\n";
    assertEquals(Optional.empty(), printed("2 extension(s)\n" + row));
    assertEquals(2, printed("2 extension(s)\n" + row + row).orElseThrow().size());
    assertEquals(
        Optional.empty(),
        SystemExtensionList.printed(new ToolRun.Finished(1, "1 extension(s)\n" + row, "")));
    assertEquals(
        Optional.empty(), SystemExtensionList.printed(new ToolRun.TimedOut("0 extension(s)", "")));
  }

  @Test
  void aRowThatCannotBeReadAffectsNoOther() {
    String row = DEFENDER + "[activated enabled]\n";
    String odd =
        "*\t*\tX9E956P446\tcom.crowdstrike.falcon.Agent 7.17\tFalcon\t[activated enabled]\n";
    String header = "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n";
    assertEquals(1, printed("2 extension(s)\n" + header + odd + row).orElseThrow().size());
    assertEquals(Optional.empty(), printed("1 extension(s)\n" + header + odd));
    assertEquals(Optional.empty(), printed("3 extension(s)\n" + header + odd + row));
  }

  @Test
  void oddTextIsNotReported() {
    ExtensionRow odd =
        new ExtensionRow("UBF8T346G9", "com.microsoft.wdav.epsext", "1\u0007", "x".repeat(65));
    assertEquals("unknown", odd.extension().state());
    assertNull(odd.extension().version());
  }

  @Test
  void theFileIsReadAndTheToolDoesNotRun() throws Exception {
    String rows =
        Pattern.compile("teamID=\"(.*)\" identifier=\"(.*)\" version=\"(.*)\" state=\"(.*)\"")
            .matcher(Recordings.kext("089-sysext-mondoo-db-states.txt"))
            .results()
            .map(row -> inFile(row.group(1), row.group(2), row.group(3), row.group(4)))
            .collect(Collectors.joining());
    database("<key>extensions</key><array>" + rows + "</array>");
    mac.tool(Tool.SYSTEMEXTENSIONSCTL, "echo '0 extension(s)'");
    assertEquals(
        "P3FGV63VK7 io.kandji.KandjiAgent.ESF-Extension 1.8.10 activated_enabled; "
            + "X9E956P446 com.crowdstrike.falcon.Agent 7.17 activated_enabled; "
            + "2MMRE5MTB8 com.obsproject.obs-studio.mac-camera-extension 30.1.2 "
            + "activated_waiting_for_user; "
            + "X9E956P446 com.crowdstrike.falcon.Agent 7.16 "
            + "terminated_waiting_to_uninstall_on_reboot; "
            + "DE8Y96K9QP com.cisco.anyconnect.macos.acsockext 4.9.06037 activated_enabled",
        words(read().rows()));
  }

  @Test
  void aRowOfTheFileMayLackAnythingButItsName() throws Exception {
    database(
        "<key>extensions</key><array><string>odd</string><dict><key>teamID</key><string>X</string>"
            + "</dict><dict><key>identifier</key><string>a.b</string></dict></array>"
            + "<key>extensionPolicies</key><array><dict/><string>odd</string></array>");
    ExtensionListing listing = read();
    assertEquals(List.of(new ExtensionRow("", "a.b", "", "")), listing.rows());
    assertEquals(1, listing.policies().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "<key>extensions</key><string/>", "<broken"})
  void theToolRunsIfTheFileHasNoList(String entries) throws Exception {
    if (!entries.equals("none")) {
      database(entries);
    }
    assertNull(read().rows());
    mac.tool(
        Tool.SYSTEMEXTENSIONSCTL,
        "[ \"$*\" = list ] && printf '1 extension(s)\\n" + DEFENDER + "[activated disabled]\\n'");
    assertEquals(
        "UBF8T346G9 com.microsoft.wdav.epsext 101.1 activated_disabled", words(read().rows()));
  }

  private ExtensionListing read() throws Exception {
    return new SystemExtensionList(new PlistCache(mac.root()), mac.tools())
        .read(Duration.ofSeconds(20));
  }

  private void database(String entries) throws Exception {
    mac.write(SystemPaths.SYSTEM_EXTENSIONS, StubMac.plist(entries));
  }

  private static String inFile(String team, String bundle, String version, String state) {
    return """
    <dict><key>identifier</key><string>%s</string><key>teamID</key><string>%s</string>
    <key>state</key><string>%s</string><key>bundleVersion</key><dict>
    <key>CFBundleShortVersionString</key><string>%s</string></dict></dict>
    """
        .formatted(bundle, team, state, version);
  }

  private static Optional<List<ExtensionRow>> printed(String output) {
    return SystemExtensionList.printed(new ToolRun.Finished(0, output, ""));
  }

  private static String words(List<ExtensionRow> rows) {
    return rows.stream()
        .map(
            row ->
                "%s %s %s %s"
                    .formatted(
                        row.teamId(),
                        row.bundleId(),
                        row.extension().version(),
                        row.extension().state()))
        .collect(Collectors.joining("; "));
  }
}
