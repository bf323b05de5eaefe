package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** The messages about settings: what is wrong, what is allowed, and no secret. */
class SettingsMessagesTest extends OnAManagedMac {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          <key>renewPrompt</key><string>yes</string> | renewPrompt must be true or false, not the text "yes".
          <key>renewPrompt</key><integer>2</integer> | renewPrompt must be true or false, not 2.
          <key>healthIntervalSeconds</key><string>5 min</string> | healthIntervalSeconds must be a whole number from 1 to
          <key>healthIntervalSeconds</key><string>300s</string> | , not the text "300s".
          <key>healthIntervalSeconds</key><integer>0</integer> | , not 0.
          <key>healthIntervalSeconds</key><integer>-9223372036854775808</integer> | , not -9223372036854775808.
          <key>healthIntervalSeconds</key><real>1.5</real> | , not 1.5.
          <key>healthIntervalSeconds</key><real>nan</real> | healthIntervalSeconds must be
          <key>healthIntervalSeconds</key><true/> | , not true.
          <key>maxLoadAttempts</key><date>2026-11-23T18:45:17Z</date> | maxLoadAttempts must be a whole number from 1 to 100 times, not a date.
          <key>secretFile</key><data>AAEC</data> | secretFile must be an absolute path without "..", not data.
          <key>secretFile</key><string>whsec_hunter2</string> | secretFile must be an absolute path
          <key>endpoint</key><string>http://fleet.example.com/hunter2</string> | http is only for loopback addresses
          <key>endpoint</key><dict/> | endpoint must be a URL such as
          <key>endpoint</key><string>https://a.example/</string><key>endpointFile</key><string>/e</string> | give endpoint or endpointFile, not both
          <key>headers</key><string>X: hunter2</string> | headers must be a group of texts
          <key>headers</key><dict><key>X</key><integer>1</integer></dict> | headers must be a group of texts; "X" is the number 1.
          <key>headers</key><dict><key>authorization</key><string>hunter2</string></dict> | use authorizationFile
          <key>labels</key><array><string>a</string></array> | labels must be a group of texts
          <key>labels</key><dict><key>a</key><array/></dict> | labels must be a group of texts; "a" is a list.
          <key>labels</key><dict><key>room</key><integer>12</integer></dict> | labels must be a group of texts; "room" is the number 12.
          <key>labels</key><dict><key>room</key><true/></dict> | labels must be a group of texts; "room" is true.
          <key>spool</key><integer>5000</integer> | spool must be a group of settings
          <key>spool</key><dict><key>maxEvents</key><integer>1</integer></dict> | spool.maxEvents must be a whole number from 10
          <key>extension</key><string>wdavkext</string> | extension must be a group of settings
          <key>extension</key><dict><key>teamId</key><string>ubf8</string></dict> | extension.teamId must be a team identifier
          <key>deviceIdentity</key><string>Minimal</string> | one of full, serial, minimal, not the text "Minimal".
          <key>logLevel</key><string>$LOG_LEVEL</string> | warn, error, not the text "$LOG_LEVEL".
          <key>logLevel</key><string>hunter2</string> | warn, error, not this text.
          <key>deviceIdentity</key><string>whsec_hunter2</string> | minimal, not this text.
          <key>renewPrompt</key><string>https://u:hunter2@fleet.example/</string> | true or false, not this text.
          <key>maxLoadAttempts</key><string>hunter2 </string> | times, not this text.
          <key>spool</key><dict><key>maxEvents</key><string>/hunter2+a==</string></dict> | events, not this text.
          <key>spool</key><string>hunter2</string> | spool must be a group of settings, not this text.
          <key>headers</key><dict><key>X-Key: hunter2</key><string/></dict> | "X-Key…" is not that.
          <key>headers</key><dict><key>hunter2</key><array/></dict> | "hunter…" is a list.
          <key>labels</key><array><string>hunter2</string></array> | labels must be a group of texts
          <key>logLevel</key><array/> | one of trace, debug, info, warn, error
          <key>healthIntervalSeconds</key><integer>hunter2</integer> | it is not a valid property list; run: plutil -lint
          <key>healthIntervalSeconds</key> | it is not a valid property list
          <key>a</key><dict> | it is not a valid property list
          """)
  void refusesAWrongProfileAndNamesItTheKeyAndWhatIsRight(String content, String told)
      throws Exception {
    Files.writeString(managed, plist(content));

    ResolvedSettings resolved = read();

    assertEquals(1, resolved.problems().size(), () -> resolved.problems().toString());
    String problem = resolved.problems().get(0);
    assertTrue(problem.startsWith(managed + ": "), problem);
    assertTrue(problem.contains(told), problem);
    assertFalse(problem.contains("hunter2"), problem);
    assertEquals(
        GivenSettings.intervals(Settings.defaults()), GivenSettings.intervals(resolved.settings()));
    assertEquals(Settings.defaults().get(Keys.LABELS), resolved.settings().get(Keys.LABELS));
    assertNull(resolved.settings().find(Keys.ENDPOINT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bplist00", "{}", "<plist version=\"1.0\"><array/></plist>"})
  void refusesWhatIsNoPropertyListWithADictionary(String content) throws Exception {
    Files.writeString(managed, content);
    assertTrue(read().problems().get(0).contains("it is not a valid property list"));
  }

  @Test
  void namesEveryProblemOfBothFiles() throws Exception {
    Files.writeString(
        managed, plist("<key>renewPrompt</key><integer>2</integer><key>labels</key><true/>"));
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
    assertFalse(read().settings().get(Keys.LOAD_APPROVED));
  }

  @Test
  void warnsOfForeignKeysButNotOfThoseOfTheMdm() throws Exception {
    Files.writeString(
        managed, plist("<key>PayloadIdentifier</key><string>x</string><key>endPoint</key><true/>"));
    assertEquals(1, read().warnings().size());
    assertTrue(read().warnings().get(0).contains("endPoint is not a setting"));
  }

  /** A secret without the name of its setting. */
  @Test
  void ofAKeyThatMayBeASecretOnlyTheBeginningIsShown() throws Exception {
    Files.writeString(
        local,
        "{\"whsec_9hunter2\":1,\"9hunter2\":1,\"Bearer hunter2\":1,\"healthIntervalSecs\":1,"
            + "\"spool\":{\"hunter2\":1}}");
    String warnings = read().warnings().toString();
    for (String shown :
        List.of("whsec_…", " …", "Bearer…", "healthIntervalSecs", "spool.hunter…")) {
      assertTrue(warnings.contains(shown + " is not a setting"), warnings);
    }
    assertFalse(warnings.contains("hunter2"), warnings);
  }

  @Test
  void aWholeProfileInsteadOfItsPayloadIsNotTakenForSilence() throws Exception {
    Files.writeString(managed, plist("<key>PayloadContent</key><array/>"));
    assertTrue(read().warnings().get(0).contains("PayloadContent is not a setting"));
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
    assertTrue(problem.contains("this key is there twice"), problem);
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
    ResolvedSettings resolved = read();
    assertEquals("https://hooks.example.com", shown(resolved, "endpoint").value());
    assertEquals(Map.of("X-Token", "***"), shown(resolved, "headers").value());
    assertFalse(resolved.shown().toString().contains("hunter2"));
    assertFalse(resolved.toString().contains("hunter2"));
    assertFalse(source(resolved).contains("hunter2"));
  }

  @Test
  void everySettingIsShownAsTheOperatorWouldWriteIt() throws Exception {
    List<ResolvedSettings.Shown> shown = read().shown();
    assertEquals(Keys.all().size(), shown.size());
    assertEquals(168L, shown(read(), "maxDefinitionsAgeHours").value());
    assertEquals(14L, shown(read(), "spool.maxAgeDays").value());
    assertEquals("full", shown(read(), "deviceIdentity").value());
    assertNull(shown(read(), "endpoint").value());
  }

  private String source(ResolvedSettings resolved) throws RefusedPathException {
    return resolved.settings().webhook() + " " + new SettingsReader(SystemRoot.at(mac)).local();
  }
}
