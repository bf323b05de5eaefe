package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.NSObject;
import com.dd.plist.XMLPropertyListParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** What a profile brings, beside what the Mac itself says. */
class ManagedSettingsTest {
  @TempDir private Path mac;

  private Path managed;
  private Path local;

  @BeforeEach
  void layOut() throws IOException {
    managed = mac.resolve("Library/Managed Preferences/org.kextwatch.agent.plist");
    local = mac.resolve("Library/Application Support/Kextwatch/config.json");
    for (Path folder : List.of(managed.getParent(), local.getParent())) {
      Files.createDirectories(folder);
      StubMac.allow(folder, "rwxr-xr-x");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsEveryKindOfValueInEitherForm(boolean binary) throws Exception {
    String xml =
        plist(
            """
            <key>endpoint</key><string>https://fleet.example.com/hook</string>
            <key>headers</key><dict><key>X-Team</key><string>it</string></dict>
            <key>healthIntervalSeconds</key><integer>120</integer>
            <key>maxDefinitionsAgeHours</key><real>24.0</real>
            <key>renewPrompt</key><false/>
            <key>extension</key><dict><key>teamId</key><string>ABCDE12345</string></dict>
            <key>spool</key><dict><key>maxAgeDays</key><integer>3</integer></dict>
            <key>labels</key><dict><key>site</key><string>Zürich</string></dict>
            <key>logLevel</key><string>debug</string>
            <key>PayloadUUID</key><string>5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34</string>
            <key>PayloadType</key><string>org.kextwatch.agent</string>
            <key>PayloadVersion</key><integer>1</integer>
            <key>_manualProfile</key><true/>""");
    Files.write(managed, binary ? binary(xml) : xml.getBytes(StandardCharsets.UTF_8));

    SettingsReading reading = read();

    assertEquals(List.of(), reading.problems());
    assertEquals(List.of(), reading.warnings());
    Settings settings = reading.settings();
    assertEquals("https://fleet.example.com/hook", settings.webhook().endpoint());
    assertEquals(Map.of("X-Team", "it"), settings.webhook().headers());
    assertEquals(Duration.ofMinutes(2), settings.pace().health());
    assertEquals(Duration.ofDays(1), settings.maxDefinitionsAge());
    assertFalse(settings.loading().renewPrompt());
    assertEquals("ABCDE12345", settings.extension().teamId());
    assertEquals("com.microsoft.wdavkext", settings.extension().bundleId());
    assertEquals(Duration.ofDays(3), settings.spool().maxAge());
    assertEquals(Map.of("site", "Zürich"), settings.labels());
    assertEquals(Settings.LogLevel.DEBUG, settings.logLevel());
    assertEquals(
        9, reading.origins().values().stream().filter(from -> from == Origin.MANAGED).count());
  }

  /** Managed, local, and then what counts, from where, and whether it beat a local value. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          -                       | -                            | 300 | DEFAULT | false
          -                       | {"healthIntervalSeconds":90} | 90  | LOCAL   | false
          <integer>120</integer>  | -                            | 120 | MANAGED | false
          <integer>120</integer>  | {"healthIntervalSeconds":90} | 120 | MANAGED | true
          <integer>120</integer>  | {"renewPrompt":false}        | 120 | MANAGED | false
          <integer>300</integer>  | {"healthIntervalSeconds":90} | 300 | MANAGED | true
          <string>soon</string>   | {"healthIntervalSeconds":90} | 90  | LOCAL   | false
          <integer>120</integer>  | {"healthIntervalSeconds":no} | 120 | MANAGED | false
          <string>soon</string>   | {"healthIntervalSeconds":no} | 300 | DEFAULT | false
          """)
  void managedBeatsLocalBeatsDefault(
      String inProfile, String inFile, int seconds, Origin origin, boolean overrides)
      throws Exception {
    if (!inProfile.equals("-")) {
      Files.writeString(managed, plist("<key>healthIntervalSeconds</key>" + inProfile));
    }
    if (!inFile.equals("-")) {
      Files.writeString(local, inFile);
    }

    SettingsReading reading = read();

    assertEquals(Duration.ofSeconds(seconds), reading.settings().pace().health());
    assertEquals(origin, reading.origins().get("healthIntervalSeconds"));
    assertEquals(overrides, reading.overridden().contains("healthIntervalSeconds"));
    assertEquals((long) seconds, shown(reading, "healthIntervalSeconds").value());
    assertEquals(origin, shown(reading, "healthIntervalSeconds").origin());
  }

  @Test
  void eachKeyComesFromWhereItIsSaid() throws Exception {
    Files.writeString(
        managed, plist("<key>spool</key><dict><key>maxEvents</key><integer>100</integer></dict>"));
    Files.writeString(local, "{\"spool\":{\"maxEvents\":50,\"maxAgeDays\":3}}");

    SettingsReading reading = read();

    assertEquals(100, reading.settings().spool().maxEvents());
    assertEquals(Duration.ofDays(3), reading.settings().spool().maxAge());
    assertEquals(Origin.MANAGED, reading.origins().get("spool.maxEvents"));
    assertEquals(Origin.LOCAL, reading.origins().get("spool.maxAgeDays"));
    assertEquals(Origin.DEFAULT, reading.origins().get("spool.maxBytes"));
  }

  @Test
  void managedLabelsAndHeadersReplaceTheLocalOnesAsAWhole() throws Exception {
    Files.writeString(
        managed,
        plist(
            "<key>labels</key><dict><key>site</key><string>Berlin</string></dict>"
                + "<key>headers</key><dict/>"));
    Files.writeString(local, "{\"labels\":{\"room\":\"7\"},\"headers\":{\"X-Team\":\"it\"}}");

    SettingsReading reading = read();

    assertEquals(Map.of("site", "Berlin"), reading.settings().labels());
    assertEquals(Map.of(), reading.settings().webhook().headers());
    assertEquals(List.of("headers", "labels"), reading.overridden());
    assertTrue(shown(reading, "labels").overridesLocal());
  }

  @Test
  void aManagedEndpointBeatsALocalEndpointFileAndTheOtherWayRound() throws Exception {
    Files.writeString(managed, plist("<key>endpoint</key><string>https://a.example/</string>"));
    Files.writeString(local, "{\"endpointFile\":\"/etc/url\"}");

    SettingsReading reading = read();

    assertEquals("https://a.example/", reading.settings().webhook().endpoint());
    assertNull(reading.settings().webhook().endpointFile());
    assertFalse(reading.isRefused());
    assertEquals(List.of("endpoint"), reading.overridden());

    Files.writeString(managed, plist("<key>endpointFile</key><string>/etc/url</string>"));
    Files.writeString(local, "{\"endpoint\":\"https://a.example/\"}");
    assertNull(read().settings().webhook().endpoint());
    assertEquals("/etc/url", read().settings().webhook().endpointFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          <key>renewPrompt</key><string>false</string> | renewPrompt must be true or false.
          <key>renewPrompt</key><integer>1</integer> | renewPrompt must be true or false, not 1.
          <key>healthIntervalSeconds</key><string>300</string> | healthIntervalSeconds must be a whole number from 1 to
          <key>healthIntervalSeconds</key><integer>0</integer> | , not 0.
          <key>healthIntervalSeconds</key><integer>-9223372036854775808</integer> | , not -9223372036854775808.
          <key>healthIntervalSeconds</key><real>1.5</real> | , not 1.5.
          <key>healthIntervalSeconds</key><real>nan</real> | healthIntervalSeconds must be
          <key>healthIntervalSeconds</key><true/> | , not true.
          <key>maxLoadAttempts</key><date>2026-11-23T18:45:17Z</date> | maxLoadAttempts must be a whole number
          <key>secretFile</key><data>AAEC</data> | secretFile must be an absolute path
          <key>secretFile</key><string>whsec_hunter2</string> | secretFile must be an absolute path
          <key>endpoint</key><string>http://fleet.example.com/hunter2</string> | http is for loopback addresses alone
          <key>endpoint</key><dict/> | endpoint must be a URL such as
          <key>endpoint</key><string>https://a.example/</string><key>endpointFile</key><string>/e</string> | give endpoint or endpointFile, not both
          <key>headers</key><string>X: hunter2</string> | headers must be a group of texts
          <key>headers</key><dict><key>X</key><integer>1</integer></dict> | headers must be a group of texts
          <key>headers</key><dict><key>authorization</key><string>hunter2</string></dict> | use authorizationFile
          <key>labels</key><array><string>a</string></array> | labels must be a group of texts
          <key>labels</key><dict><key>a</key><array/></dict> | labels must be a group of texts
          <key>spool</key><integer>5000</integer> | spool must be a group of settings
          <key>spool</key><dict><key>maxEvents</key><integer>1</integer></dict> | spool.maxEvents must be a whole number from 10
          <key>extension</key><string>wdavkext</string> | extension must be a group of settings
          <key>extension</key><dict><key>teamId</key><string>ubf8</string></dict> | extension.teamId must be a team identifier
          <key>deviceIdentity</key><string>Minimal</string> | one of [full, minimal]
          <key>logLevel</key><array/> | one of [trace, debug, info, warn, error]
          <key>healthIntervalSeconds</key><integer>hunter2</integer> | it is no valid property list; see: plutil -lint
          <key>healthIntervalSeconds</key> | it is no valid property list
          <key>a</key><dict> | it is no valid property list
          """)
  void refusesAWrongProfileAndNamesItTheKeyAndWhatIsRight(String content, String told)
      throws Exception {
    Files.writeString(managed, plist(content));

    SettingsReading reading = read();

    assertEquals(1, reading.problems().size(), () -> reading.problems().toString());
    String problem = reading.problems().get(0);
    assertTrue(problem.startsWith(managed + ": "), problem);
    assertTrue(problem.contains(told), problem);
    assertFalse(problem.contains("hunter2"), problem);
    assertEquals(Settings.defaults(), reading.settings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bplist00", "{}", "<plist version=\"1.0\"><array/></plist>"})
  void refusesWhatIsNoPropertyListWithADictionary(String content) throws Exception {
    Files.writeString(managed, content);
    assertTrue(read().problems().get(0).contains("it is no valid property list"));
  }

  @Test
  void namesEveryProblemOfBothFiles() throws Exception {
    Files.writeString(
        managed, plist("<key>renewPrompt</key><integer>1</integer><key>labels</key><true/>"));
    Files.writeString(local, "{\"logLevel\":\"loud\"}");

    List<String> problems = read().problems();

    assertEquals(3, problems.size());
    assertEquals(2, problems.stream().filter(text -> text.startsWith(managed + ": ")).count());
    assertEquals(1, problems.stream().filter(text -> text.startsWith(local + ": ")).count());
  }

  @Test
  void refusesAProfileThatOthersMayWrite() throws Exception {
    Files.writeString(managed, plist("<key>renewPrompt</key><false/>"));
    StubMac.allow(managed, "rw-rw-rw-");
    assertTrue(read().problems().get(0).contains("chmod go-w"));
    assertTrue(read().settings().loading().renewPrompt());
  }

  @Test
  void warnsOfForeignKeysButNotOfThoseOfTheMdm() throws Exception {
    Files.writeString(
        managed, plist("<key>PayloadIdentifier</key><string>x</string><key>endPoint</key><true/>"));
    assertEquals(1, read().warnings().size());
    assertTrue(read().warnings().get(0).contains("endPoint is no setting"));
  }

  @Test
  void aWholeProfileInsteadOfItsPayloadIsNotTakenForSilence() throws Exception {
    Files.writeString(managed, plist("<key>PayloadContent</key><array/>"));
    assertTrue(read().warnings().get(0).contains("PayloadContent is no setting"));
  }

  @Test
  void manyForeignKeysAreFewWarnings() throws Exception {
    Files.writeString(
        local,
        IntStream.range(0, 900)
            .mapToObj(n -> "\"\\u0007" + n + "\":1")
            .collect(Collectors.joining(",", "{", "}")));
    List<String> warnings = read().warnings();
    assertEquals(9, warnings.size());
    assertTrue(warnings.get(8).contains("892 more"));
    assertTrue(warnings.stream().noneMatch(text -> text.contains("\u0007")));
  }

  @Test
  void aKeyThatIsGivenTwiceDoesNotShowItsValues() throws Exception {
    Files.writeString(
        local, "{\"endpoint\":\"https://a.example/hunter2\",\"endpoint\":\"https://b.example/\"}");
    String problem = read().problems().get(0);
    assertTrue(problem.contains("a key twice"), problem);
    assertFalse(problem.contains("hunter2"), problem);
  }

  @Test
  void whatIsShownHoldsNoSecret() throws Exception {
    Files.writeString(
        local,
        "{\"endpoint\":\"https://hooks.example.com:8443/hunter2?key=hunter2\","
            + "\"headers\":{\"X-Token\":\"hunter2\"},\"healthIntervalSeconds\":0.5}");
    assertFalse(read().toString().contains("hunter2"));

    Files.writeString(
        local,
        "{\"endpoint\":\"https://hooks.example.com:8443/hunter2?key=hunter2\","
            + "\"headers\":{\"X-Token\":\"hunter2\"}}");
    SettingsReading reading = read();
    assertEquals("https://hooks.example.com", shown(reading, "endpoint").value());
    assertEquals(Map.of("X-Token", "***"), shown(reading, "headers").value());
    assertFalse(reading.shown().toString().contains("hunter2"));
    assertFalse(reading.toString().contains("hunter2"));
    assertFalse(source(reading).contains("hunter2"));
  }

  @Test
  void everySettingIsShownAsTheOperatorWouldWriteIt() throws Exception {
    List<SettingsReading.Shown> shown = read().shown();
    assertEquals(Keys.all().size(), shown.size());
    assertEquals(168L, shown(read(), "maxDefinitionsAgeHours").value());
    assertEquals(14L, shown(read(), "spool.maxAgeDays").value());
    assertEquals("full", shown(read(), "deviceIdentity").value());
    assertNull(shown(read(), "endpoint").value());
  }

  @Test
  void changesAreNamedByTheirKeys() throws Exception {
    SettingsReading before = read();
    Files.writeString(local, "{\"logLevel\":\"debug\",\"renewPrompt\":true}");
    assertEquals(List.of("logLevel", "renewPrompt"), read().changesSince(before));
    assertEquals(List.of(), read().changesSince(read()));
  }

  @Test
  void theFingerprintChangesWithEitherFileAndTheModeOfItsFolder() throws Exception {
    SettingsReader reader = new SettingsReader(SystemRoot.at(mac));
    Object none = reader.fingerprint();
    Files.writeString(local, "{}");
    Object one = reader.fingerprint();
    Files.writeString(managed, plist(""));
    Object both = reader.fingerprint();
    StubMac.allow(local.getParent(), "rwxrwxrwx");
    Object open = reader.fingerprint();
    assertEquals(4, Set.of(none, one, both, open).size());
    assertEquals(open, reader.fingerprint());
  }

  private String source(SettingsReading reading) throws RefusedPath {
    return reading.settings().webhook() + " " + new SettingsReader(SystemRoot.at(mac)).local();
  }

  private static SettingsReading.Shown shown(SettingsReading reading, String name) {
    return reading.shown().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private SettingsReading read() throws RefusedPath {
    return new SettingsReader(SystemRoot.at(mac)).read();
  }

  private static String plist(String content) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST"
        + " 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist"
        + " version=\"1.0\"><dict>"
        + content
        + "</dict></plist>";
  }

  private static byte[] binary(String xml) throws Exception {
    NSObject parsed = XMLPropertyListParser.parse(xml.getBytes(StandardCharsets.UTF_8));
    return BinaryPropertyListWriter.writeToArray(parsed);
  }
}
