package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.NSObject;
import com.dd.plist.XMLPropertyListParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** What a profile brings, beside what the Mac itself says. */
class ManagedSettingsTest extends OnAManagedMac {
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
            <key>_manualProfile</key><true/>\
            """);
    Files.write(managed, binary ? binary(xml) : xml.getBytes(StandardCharsets.UTF_8));

    ResolvedSettings resolved = read();

    assertEquals(List.of(), resolved.problems());
    assertEquals(List.of(), resolved.warnings());
    Settings settings = resolved.settings();
    assertEquals("https://fleet.example.com/hook", settings.find(Keys.ENDPOINT));
    assertEquals(Map.of("X-Team", "it"), settings.get(Keys.HEADERS));
    assertEquals(Duration.ofMinutes(2), settings.get(Keys.HEALTH));
    assertEquals(Duration.ofDays(1), settings.get(Keys.MAX_DEFINITIONS_AGE));
    assertFalse(settings.get(Keys.RENEW_PROMPT));
    assertEquals("ABCDE12345", settings.extension().teamId());
    assertEquals("com.microsoft.wdavkext", settings.extension().bundleId());
    assertEquals(Duration.ofDays(3), settings.spool().maxAge());
    assertEquals(Map.of("site", "Zürich"), settings.get(Keys.LABELS));
    assertEquals(Settings.LogLevel.DEBUG, settings.get(Keys.LOG_LEVEL));
    assertEquals(
        9, resolved.origins().values().stream().filter(from -> from == Origin.MANAGED).count());
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
          <string>soon</string>   | {"healthIntervalSeconds":90} | 300 | MANAGED | true
          <integer>120</integer>  | {"healthIntervalSeconds":no} | 120 | MANAGED | false
          <string>soon</string>   | {"healthIntervalSeconds":no} | 300 | MANAGED | false
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

    ResolvedSettings resolved = read();

    assertEquals(Duration.ofSeconds(seconds), resolved.settings().get(Keys.HEALTH));
    assertEquals(origin, resolved.origins().get("healthIntervalSeconds"));
    assertEquals(overrides, resolved.overridden().contains("healthIntervalSeconds"));
    assertEquals((long) seconds, shown(resolved, "healthIntervalSeconds").value());
    assertEquals(origin, shown(resolved, "healthIntervalSeconds").origin());
  }

  @Test
  void eachKeyComesFromWhereItIsSaid() throws Exception {
    Files.writeString(
        managed, plist("<key>spool</key><dict><key>maxEvents</key><integer>100</integer></dict>"));
    Files.writeString(local, "{\"spool\":{\"maxEvents\":50,\"maxAgeDays\":3}}");

    ResolvedSettings resolved = read();

    assertEquals(100, resolved.settings().spool().maxEvents());
    assertEquals(Duration.ofDays(3), resolved.settings().spool().maxAge());
    assertEquals(Origin.MANAGED, resolved.origins().get("spool.maxEvents"));
    assertEquals(Origin.LOCAL, resolved.origins().get("spool.maxAgeDays"));
    assertEquals(Origin.DEFAULT, resolved.origins().get("spool.maxBytes"));
  }

  @Test
  void managedLabelsAndHeadersReplaceTheLocalOnesAsAWhole() throws Exception {
    Files.writeString(
        managed,
        plist(
            "<key>labels</key><dict><key>site</key><string>Berlin</string></dict>"
                + "<key>headers</key><dict/>"));
    Files.writeString(local, "{\"labels\":{\"room\":\"7\"},\"headers\":{\"X-Team\":\"it\"}}");

    ResolvedSettings resolved = read();

    assertEquals(Map.of("site", "Berlin"), resolved.settings().get(Keys.LABELS));
    assertEquals(Map.of(), resolved.settings().get(Keys.HEADERS));
    assertEquals(List.of("headers", "labels"), resolved.overridden());
    assertTrue(shown(resolved, "labels").overridesLocal());
  }

  @Test
  void aManagedEndpointBeatsALocalEndpointFileAndTheOtherWayRound() throws Exception {
    Files.writeString(managed, plist("<key>endpoint</key><string>https://a.example/</string>"));
    Files.writeString(local, "{\"endpointFile\":\"/etc/url\"}");

    ResolvedSettings resolved = read();

    assertEquals("https://a.example/", resolved.settings().find(Keys.ENDPOINT));
    assertNull(resolved.settings().find(Keys.ENDPOINT_FILE));
    assertFalse(resolved.isRefused());
    assertEquals(List.of("endpoint"), resolved.overridden());

    Files.writeString(managed, plist("<key>endpointFile</key><string>/etc/url</string>"));
    Files.writeString(local, "{\"endpoint\":\"https://a.example/\"}");
    assertNull(read().settings().find(Keys.ENDPOINT));
    assertEquals("/etc/url", read().settings().find(Keys.ENDPOINT_FILE));
  }

  @Test
  void changesAreNamedByTheirKeys() throws Exception {
    ResolvedSettings before = read();
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

  private static byte[] binary(String xml) throws Exception {
    NSObject parsed = XMLPropertyListParser.parse(xml.getBytes(StandardCharsets.UTF_8));
    return BinaryPropertyListWriter.writeToArray(parsed);
  }
}
