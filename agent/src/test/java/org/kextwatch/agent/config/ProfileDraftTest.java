package org.kextwatch.agent.config;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Drafts of profiles: what of them macOS would hand to the agent, and what it never would. */
class ProfileDraftTest {
  private static final String IDS =
      "<key>PayloadIdentifier</key><string>com.example.k</string><key>PayloadUUID</key>"
          + "<string>00000000-0000-4000-8000-0000000000e1</string>"
          + "<key>PayloadVersion</key><integer>1</integer>";
  private static final String OTHER =
      "<dict><key>PayloadType</key><string>com.apple.servicemanagement</string></dict>";

  @TempDir private Path folder;

  /** The payloads of a profile, and what is said of it; nothing if it is fine. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "OURS(<key>renewPrompt</key><false/>) | ",
        "OURS() | ",
        "OTHER OURS(<key>renewPrompt</key><false/>) | ",
        "MCX(<key>renewPrompt</key><false/>) | ",
        "OTHER MCX(<key>healthIntervalSeconds</key><integer>300</integer>) | ",
        "OURS(<key>healthIntervalSeconds</key><string>soon</string>) | healthIntervalSeconds must"
            + " be a whole number from 60 to 86400 seconds, not the text \"soon\".",
        "MCX(<key>healthIntervalSeconds</key><string>soon</string>) | healthIntervalSeconds must be"
            + " a whole number from 60",
        "OTHER MCX(<key>healthIntervalSeconds</key><integer>5</integer>) | healthIntervalSeconds"
            + " must be a whole number from 60 to 86400 seconds, not 5.",
        "OURS(<key>endpoint</key><string>ftp://hunter2</string>) | endpoint must be a URL such as",
        "OURS(<key>labels</key><dict><key>room</key><integer>12</integer></dict>) | labels must be"
            + " a group of texts; \"room\" is the number 12.",
        "OURS(<key>mcx_preference_settings</key><dict/>) | macOS ignores"
            + " mcx_preference_settings here",
        "OURS(<key>Forced</key><array/>) | macOS ignores Forced here",
        "OURS(<key>PayloadContent</key><dict/>) | the settings must be in the payload itself",
        "PREFS(<key>mcx_preference_settings</key><dict/>) | macOS ignores"
            + " mcx_preference_settings here",
        "PREFS(<key>PayloadContent</key><dict><key>mcx_preference_settings</key><dict/></dict>) |"
            + " the settings must be in PayloadContent > org.kextwatch.agent > Forced >"
            + " mcx_preference_settings",
        "PREFS(<key>PayloadContent</key><dict><key>org.kextwatch.agent</key><dict><key>renewPrompt</key><false/></dict></dict>)"
            + " | must be in Forced, not in \"renewPrompt\"",
        "PREFS(<key>PayloadContent</key><dict><key>org.kextwatch.agent</key><dict/></dict>) | the"
            + " settings must be in PayloadContent > org.kextwatch.agent > Forced",
        "PREFS(<key>PayloadContent</key><dict><key>org.kextwatch.agent</key><dict><key>Set-Once</key><array><dict><key>mcx_preference_settings</key><dict/></dict></array></dict></dict>)"
            + " | must be in Forced, not in \"Set-Once\"",
        "PREFS(<key>PayloadContent</key><dict><key>org.kextwatch.agent</key><dict><key>Forced</key><dict/></dict></dict>)"
            + " | Forced > mcx_preference_settings, a list of dictionaries",
        "PREFS(<key>PayloadContent</key><dict><key>org.kextwatch.Agent</key><dict/></dict>) | the"
            + " domain must be org.kextwatch.agent, not \"org.kextwatch.Agent\"",
        "PREFS(<key>PayloadContent</key><dict><key>com.example</key><dict/></dict>) | no payload"
            + " for Kextwatch: PayloadType must be org.kextwatch.agent, found: com.example.",
        "OTHER | it has no payload for Kextwatch: PayloadType must be org.kextwatch.agent, found:"
            + " com.apple.servicemanagement.",
        "'' | it has no payload for Kextwatch",
        "TYPE(com.example.kextwatch) | PayloadType must be org.kextwatch.agent, not"
            + " \"com.example.kextwatch\"",
        "<dict><key>PayloadType</key><string>com.apple.preferences</string><key>mcx_preference_settings</key><dict/></dict>"
            + " | PayloadType must be com.apple.ManagedClient.preferences for such settings",
      })
  void whatMacOsWouldApplyIsJudgedAndTheRestRefused(String payloads, String problem)
      throws IOException {
    ResolvedSettings resolved = draft("x.mobileconfig", profile(payloads.replace("''", "")));
    if (problem == null) {
      assertEquals(List.of(), resolved.problems());
      assertEquals(List.of(), resolved.warnings());
      return;
    }
    assertEquals(1, resolved.problems().size(), () -> resolved.problems().toString());
    assertTrue(resolved.problems().get(0).contains(problem), () -> resolved.problems().toString());
    assertFalse(resolved.problems().toString().contains("hunter2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<key>PayloadType</key><string>org.kextwatch.agent</string> | PayloadType of the profile"
            + " must be Configuration, not \"org.kextwatch.agent\"",
        "<key>PayloadContent</key><array/> | PayloadType of the profile must be Configuration, not"
            + " missing",
        "<key>PayloadType</key><string>Configuration</string> | PayloadContent must be a list of"
            + " payloads, not nothing",
        "<key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><dict/> |"
            + " PayloadContent must be a list of payloads, not a group",
        "<key>PayloadType</key><string>Configuration</string><key>EncryptedPayloadContent</key><data>AA==</data>"
            + " | it is encrypted",
        "<key>PayloadScope</key><string>User</string><key>PayloadType</key><string>Configuration</string>"
            + " | PayloadScope must be System, not User",
      })
  void aProfileThatMacOsWouldNotTakeIsRefused(String top, String problem) throws IOException {
    List<String> problems = draft("x.mobileconfig", plist(top)).problems();
    assertTrue(problems.stream().anyMatch(one -> one.contains(problem)), problems::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mcx_preference_settings", "Forced", "Set-Once", "org.kextwatch.agent"})
  void aWrapperWithoutItsPayloadIsRefused(String name) throws IOException {
    List<String> problems = draft("x.plist", plist("<key>" + name + "</key><dict/>")).problems();
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains("macOS ignores " + name), problems::toString);
  }

  @Test
  void whatMacOsWouldMissIsWarnedOf() throws IOException {
    String bare = "<dict><key>PayloadType</key><string>org.kextwatch.agent</string></dict>";
    List<String> warnings = draft("x.mobileconfig", profile(bare + bare)).warnings();
    assertEquals(3, warnings.size(), warnings::toString);
    assertTrue(warnings.get(0).contains("payload 1 has no PayloadIdentifier, PayloadUUID"));
    assertTrue(warnings.get(2).contains("2 payloads for Kextwatch"), warnings::toString);
  }

  /** The beginning of what {@code openssl smime -sign -outform DER} (or PEM) makes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "MIIGVwYJKoZIhvcNAQcCoIIGSDCCBkQCAQExDTALBglghkgBZQMEAgEwgg==",
        "MIAGCSqGSIb3DQEHAqCAMIACAQExDzANBglghkgBZQMEAgEFADCABgkqhkiG",
        "PEM"
      })
  void aSignedProfileSaysHowToUnsignIt(String content) throws IOException {
    byte[] bytes =
        content.equals("PEM")
            ? "-----BEGIN PKCS7-----\nMIIG".getBytes(StandardCharsets.UTF_8)
            : Base64.getDecoder().decode(content);
    Path file = Files.write(folder.resolve("x.mobileconfig"), bytes);
    String problem = SettingsReader.draft(file).problems().get(0);
    assertTrue(
        problem.contains("security cms -D -i '%s' -o '%s.plist'".formatted(file, file)), problem);
  }

  /** What is no JSON, and the words for it, which are never a library's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\\n  // hunter2\\n \"renewPrompt\":true}|line 2: a comment, which JSON does not allow.",
        "{\"renewPrompt\":true, /* x */ \"labels\":{}}|line 1: a comment",
        "# x\\n{}|line 1: a comment",
        "{\\n\"renewPrompt\":true,\\n}|line 3: one comma too many, or a missing value, before }.",
        "{\"renewPrompt\":,}|line 1: one comma too many.",
        "{'renewPrompt':true}|line 1: a single quote, where JSON needs a double quote.",
        "{“renewPrompt”:true}|line 1: a typographic quote",
        "{\\n"
            + "\"renewPrompt\":hunter2}|line 2: a word that is not a number, true, false or a"
            + " text",
        "{renewPrompt:true}|line 1: a word that is not",
        "{\"endpoint\":\"https://hunter2|line 1: a text without a closing double quote",
        "{\"endpoint\":\"\\q\"}|with a wrong \\ in it",
        "{\"renewPrompt\":|line 1: it ends too early and may be incomplete.",
        "{\"renewPrompt\":true|line 1: it ends too early",
        "{\\n"
            + "\"renewPrompt\":true\\n"
            + "\"labels\":{}}|line 3: a comma or a colon is missing before a text.",
        "{\"renewPrompt\" true}|line 1: a word that is not",
        "{\"renewPrompt\" \"true\"}|line 1: a comma or a colon is missing",
        "{\"renewPrompt\":1;}|line 1: a word that is not",
        "{\"maxLoadAttempts\":1// hunter2\\n}|line 1: a word that is not",
        "{} // hunter2|line 1: a comment, which JSON does not allow, after the closing }.",
        "{}{}|line 1: the character { where none is allowed, after the closing }.",
        "{}\\n{}|line 2: the character { where none is allowed",
        "{\"labels\":{\"a\":\"1\",\\n\"a\":\"2\"}}|line 2: this key is there twice: \"a\".",
        "{\\n"
            + "\\n"
            + "\"healthIntervalSeconds\":\"soon\"}|healthIntervalSeconds must be a whole number"
            + " from 60 to 86400 seconds, not the text \"soon\" (line 3).",
        "{\"spool\":{\\n"
            + "\"maxEvents\":1}}|spool.maxEvents must be a whole number from 10 to 20000 events,"
            + " not 1 (line 2).",
        "bplist00x|it is not a valid property list; run: plutil -lint",
      })
  void whatIsWrongIsSaidWithItsLine(String content, String told) throws IOException {
    List<String> problems = draft("config.json", content.replace("\\n", "\n")).problems();
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains(told), problems::toString);
    assertFalse(problems.get(0).contains("hunter2"), problems::toString);
    assertFalse(problems.get(0).contains("lenient") || problems.get(0).contains("path $"));
  }

  /** What forms of MDMs make of values, as JSON; and what it is taken for, with its warning. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"healthIntervalSeconds\":\"900\"}|healthIntervalSeconds|900|healthIntervalSeconds is a"
            + " text; it is read as 900 (line 1).",
        "{\"healthIntervalSeconds\":\" 900 \"}|healthIntervalSeconds|900|is read as 900",
        "{\"healthIntervalSeconds\":300.0}|healthIntervalSeconds|300|",
        "{\"healthIntervalSeconds\":\"300.0\"}|healthIntervalSeconds|300|is read as 300.0",
        "{\"healthIntervalSeconds\":\"\"}|healthIntervalSeconds|300|",
        "{\"maxLoadAttempts\":\"3\"}|maxLoadAttempts|3|is read as 3",
        "{\"renewPrompt\":0}|renewPrompt|false|",
        "{\"renewPrompt\":1}|renewPrompt|true|",
        "{\"renewPrompt\":\"FALSE\"}|renewPrompt|false|renewPrompt is a text; it is read as FALSE",
        "{\"renewPrompt\":\" True \"}|renewPrompt|true|is read as True",
        "{\"renewPrompt\":\"0\"}|renewPrompt|false|is read as 0",
        "{\"deviceIdentity\":\" minimal\\t\"}|deviceIdentity|minimal|",
        "{\"proxy\":\" \"}|proxy|system|",
        "{\"proxy\":\" none\"}|proxy|none|",
        "{\"endpoint\":\" https://a.example/x \"}|endpoint|https://a.example|",
        "{\"secretFile\":\" /etc/s \"}|secretFile|/etc/s|",
        "{\"extension\":{\"teamId\":\" \"}}|extension.teamId|UBF8T346G9|",
        "{\"spool\":\"\"}|spool.maxEvents|5000|",
        "{\"labels\":{\"a\":\" x \",\"b\":\"\",\"c\":\"  \"}}|labels|{a=x}|",
        "{\"labels\":{\"a\":\"$SERIALNUMBER\"}}|labels|{a=$SERIALNUMBER}|labels.a contains"
            + " $SERIALNUMBER, which looks like a variable",
        "{\"labels\":{\"a\":\"Mac {{serialnumber}}\"}}|labels|{a=Mac {{serialnumber}}}|labels.a"
            + " contains {{serialnumber}}",
        "{\"labels\":{\"a\":\"%SerialNumber%\"}}|labels|{a=%SerialNumber%}|labels.a contains"
            + " %SerialNumber%",
        "{\"labels\":{\"a\":\"{DeviceSerialNumber}\"}}|labels|{a={DeviceSerialNumber}}|labels.a"
            + " contains {DeviceSerialNumber}",
        "{\"labels\":{\"a\":\"${SERIAL}\"}}|labels|{a=${SERIAL}}|labels.a contains ${SERIAL}",
        "{\"labels\":{\"a\":\"5 $ at 10 % off, 20 %\"}}|labels|{a=5 $ at 10 % off, 20 %}|",
        "{\"endpoint\":\"https://a.example/?s=$SERIALNUMBER\"}|endpoint|https://a.example|endpoint"
            + " contains a text, which looks like a variable",
        "{\"headers\":{\"X-Mac\":\"$SERIALNUMBER\"}}|headers|{X-Mac=***}|headers.X-Mac contains a"
            + " text, which looks like a variable",
        "{\"headers\":{\"X-Mac\":\"{{serialnumber}}\"}}|headers|{X-Mac=***}|headers.X-Mac contains",
        "{\"endpoint\":\"https://a.example/%ABC%20x$y\"}|endpoint|https://a.example|",
        "\uFEFF{\"renewPrompt\":false}|renewPrompt|false|",
      })
  void whatFormsSendIsUnderstood(String json, String key, String value, String warning)
      throws IOException {
    ResolvedSettings resolved = draft("config.json", json);
    assertEquals(List.of(), resolved.problems());
    ResolvedSettings.Shown shown = OnAManagedMac.shown(resolved, key);
    assertEquals(value, String.valueOf(shown.value()));
    if (warning == null) {
      assertEquals(List.of(), resolved.warnings());
    } else {
      assertEquals(1, resolved.warnings().size(), () -> resolved.warnings().toString());
      assertTrue(
          resolved.warnings().get(0).contains(warning), () -> resolved.warnings().toString());
    }
  }

  /** Files of admins, and what is said of each: how many refusals and warnings, and one of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "preferences-good.mobileconfig | 0 | 0 | []",
        "preferences-bad.mobileconfig | 1 | 0 | healthIntervalSeconds must be a whole number",
        "payload-wrong.mobileconfig | 2 | 2 | endpoint must be a URL such as",
        "payload-wrong.mobileconfig | 2 | 2 | heartbeatIntervalSeconds must be 0 for none, or",
        "forms.plist | 1 | 2 | labels must be a group of texts; \"room\" is the number 12.",
        "forms.plist | 1 | 2 | renewPrompt is a text; it is read as true.",
        "forms.plist | 1 | 2 | heartbeatIntervalSeconds is a text; it is read as 900.",
        "one-bad-value.plist | 0 | 0 | []",
        "bom.json | 0 | 0 | []",
        "quick.json | 1 | 0 | heartbeatIntervalSeconds must be 0 for none, or a whole number from",
      })
  void filesOfAdminsAreJudged(String file, int problems, int warnings, String told)
      throws Exception {
    ResolvedSettings resolved =
        SettingsReader.draft(
            Path.of(requireNonNull(getClass().getResource("/settings/" + file)).toURI()));
    String all = resolved.problems().toString() + resolved.warnings();
    assertEquals(problems, resolved.problems().size(), all);
    assertEquals(warnings, resolved.warnings().size(), all);
    assertTrue(all.contains(told), all);
  }

  @Test
  void aDraftIsJudgedByTheBoundsOfARealMac() throws IOException {
    assertTrue(
        draft("config.json", "{\"heartbeatIntervalSeconds\":60}")
            .problems()
            .get(0)
            .contains("heartbeatIntervalSeconds must be 0 for none, or a whole number from 300"));
  }

  private ResolvedSettings draft(String name, String content) throws IOException {
    return SettingsReader.draft(Files.writeString(folder.resolve(name), content));
  }

  /** OURS(…), PREFS(…), MCX(…), TYPE(…) and OTHER stand for payloads. */
  private static String profile(String payloads) {
    String content =
        payloads
            .replaceFirst("^OTHER", OTHER)
            .replaceFirst("OURS\\((.*)\\)$", payload("org.kextwatch.agent", "$1"))
            .replaceFirst("TYPE\\((.*)\\)$", payload("$1", ""))
            .replaceFirst("PREFS\\((.*)\\)$", payload("com.apple.ManagedClient.preferences", "$1"))
            .replaceFirst(
                "MCX\\((.*)\\)$",
                payload(
                    "com.apple.ManagedClient.preferences",
                    "<key>PayloadContent</key><dict><key>org.kextwatch.agent</key><dict>"
                        + "<key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>$1"
                        + "</dict></dict></array></dict></dict>"));
    return plist(
        IDS
            + "<key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array>"
            + content
            + "</array>");
  }

  private static String payload(String type, String content) {
    return "<dict>"
        + IDS
        + "<key>PayloadType</key><string>"
        + type
        + "</string>"
        + content
        + "</dict>";
  }

  private static String plist(String content) {
    return OnAManagedMac.plist(content);
  }
}
