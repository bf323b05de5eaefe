package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.mac.StubMac;
import picocli.CommandLine;

/** What an admin sees of the settings. */
class ConfigCommandTest {
  private static final String LOCAL = "Library/Application Support/Kextwatch/config.json";
  private static final String MANAGED = "Library/Managed Preferences/org.kextwatch.agent.plist";
  private static final String SECRET = "Library/Application Support/Kextwatch/secret";
  private static final String KEY = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String GOOD =
      """
      {"endpoint":"https://fleet.example.com/hunter2","headers":{"X-Token":"hunter2"},
       "labels":{"room":"7"},"proxy":"none"}\
      """;

  @TempDir private Path mac;

  private String out = "";

  @BeforeEach
  void layOut() throws IOException {
    StubMac.allow(mac, "rwxr-xr-x");
  }

  @Test
  void showsEverySettingWithItsOriginAndNoSecret() throws IOException {
    write(LOCAL, "rw-r-----", GOOD);
    write(SECRET, "rw-------", KEY);
    write(
        MANAGED,
        "rw-r--r--",
        plist("<key>labels</key><dict/><key>logLevel</key><string>debug</string>"));

    assertEquals(0, config("show"));

    assertRow("endpoint", "https://fleet.example.com", "local");
    assertRow("headers", "{\"X-Token\":\"***\"}", "local");
    assertRow("logLevel", "debug", "managed");
    assertRow("labels", "{}", "managed (instead of the local one)");
    assertRow("healthIntervalSeconds", "300", "default");
    assertRow("spool.maxAgeDays", "14", "default");
    assertRow("endpointFile", "-", "default");
    assertFalse(out.contains("hunter2"), out);
    assertFalse(out.contains("AAECAwQF"), out);
  }

  @Test
  void showsTheSameAsADocument() throws IOException {
    write(LOCAL, "rw-r-----", GOOD);
    write(SECRET, "rw-------", KEY);

    assertEquals(0, config("show", "--json"));

    Map<?, ?> document =
        (Map<?, ?>) new Moshi.Builder().build().adapter(Object.class).fromJson(out);
    Map<?, ?> settings = (Map<?, ?>) document.get("settings");
    Map<?, ?> labels = (Map<?, ?>) settings.get("labels");
    assertEquals(
        Map.of(
            "value",
            Map.of("room", "7"),
            "origin",
            "local",
            "overridesLocal",
            false,
            "default",
            Map.of(),
            "allowed",
            "at most 16 texts by name",
            "description",
            "Texts in every status, such as variables of the MDM."),
        labels);
    Map<?, ?> endpoint = (Map<?, ?>) settings.get("endpoint");
    assertEquals("https://fleet.example.com", endpoint.get("value"));
    assertTrue(((Map<?, ?>) settings.get("endpointFile")).containsKey("value"));
    assertEquals(
        List.of(List.of(), List.of(), List.of()),
        Stream.of("refused", "failed", "warnings").map(document::get).toList());
    assertFalse(out.contains("hunter2"), out);
  }

  @Test
  void aRefusedFileIsSaidAtTheEndOfTheRest() throws IOException {
    write(LOCAL, "rw-r-----", "{\"renewPrompt\":2,\"logLevel\":\"loud\"}");
    write(MANAGED, "rw-r--r--", plist("<key>confirmSeconds</key><integer>7</integer>"));

    assertEquals(78, config("show"));

    assertRow("confirmSeconds", "7", "managed");
    assertTrue(out.contains("refused: " + mac.resolve(LOCAL) + ": renewPrompt must be"), out);
    assertTrue(out.contains("refused: " + mac.resolve(LOCAL) + ": logLevel must be one of"), out);
    assertTrue(out.contains("uses the last good values"), out);
  }

  @Test
  void whatCountsInsteadOfARefusedValueIsShown() throws IOException {
    write(
        "private/var/db/kextwatch/settings.json",
        "rw-------",
        "{\"managed\":{\"values\":{\"proxy\":\"none\"},\"refused\":[]}}");
    write(LOCAL, "rw-r-----", "{\"renewPrompt\":2}");
    write(MANAGED, "rw-r--r--", plist("<key>proxy</key><integer>2</integer>"));

    assertEquals(78, config("show"));
    assertRow("proxy", "none", "managed (last good)");
    assertRow("renewPrompt", "false", "local (refused)");
    assertRow("labels", "{}", "default");

    assertEquals(78, config("show", "--json"));
    String proxy = "\"proxy\":{\"value\":\"none\",\"origin\":\"managed\",";
    assertTrue(out.contains(proxy + "\"overridesLocal\":false,\"standing\":\"last_good\","), out);
  }

  @Test
  void whatAnotherMacKeptIsNotShown() throws IOException {
    write(
        "private/var/db/kextwatch/settings.json",
        "rw-------",
        "{\"hardwareUuid\":\"A\",\"managed\":{\"values\":{\"proxy\":\"none\"},\"refused\":[]}}");
    write(MANAGED, "rw-r--r--", plist("<key>proxy</key><integer>2</integer>"));
    for (String uuid : List.of("A", "B")) {
      write(
          "usr/sbin/ioreg",
          "rwxr-xr-x",
          "#!/bin/sh\necho '\"IOPlatformUUID\" = \"%s\"'\n".formatted(uuid));
      assertEquals(78, config("show"));
      assertRow(
          "proxy",
          uuid.equals("A") ? "none" : "system",
          uuid.equals("A") ? "managed (last good)" : "managed (refused)");
    }
  }

  @Test
  void withoutAnySettingsItSaysSoAndNothingIsWrong() {
    assertEquals(0, config("validate"));
    assertTrue(out.contains("warning: There are no settings"), out);
    assertTrue(out.contains("write {} to config.json"), out);
  }

  @Test
  void goodSettingsAreFine() throws IOException {
    write(LOCAL, "rw-r-----", GOOD);
    write(SECRET, "rw-------", KEY);
    assertEquals(0, config("validate"));
    assertEquals("The settings are fine.\n", out);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"endpoint":"https://a.example/"} | - | - | secretFile: there is no
          {"endpoint":"https://a.example/"} | rw-r--r-- | KEY | secretFile: .*other users can read it; run: chmod 600
          {"endpoint":"https://a.example/"} | rw--w---- | KEY | secretFile: .*other users can write to it; run: chmod go-w
          {"endpoint":"https://a.example/"} | rw------- | hunter2 | secretFile: .*does not hold a webhook secret
          {"endpointFile":"/Library/Application Support/Kextwatch/secret"} | rw------- | KEY | endpointFile: it must be a URL
          {"previousSecretFile":"/etc/none"} | - | - | previousSecretFile: there is no /etc/none
          {"authorizationFile":"/etc/none"} | - | - | authorizationFile: there is no /etc/none
          {"secretHeadersFile":"/etc/none"} | - | - | secretHeadersFile: there is no /etc/none
          {"secretHeadersFile":"/Library/Application Support/Kextwatch/secret"} | rw-r----- | X-Key: hunter2 | secretHeadersFile: .*other users can read it; run: chmod 600
          {"secretHeadersFile":"/Library/Application Support/Kextwatch/secret"} | rw------- | hunter2 | secretHeadersFile: .*line 1: it must be "Name: value"
          {"caBundle":"/etc/none.pem"} | - | - | caBundle: there is no /etc/none.pem
          {"clientKeystore":"/etc/none.p12"} | - | - | clientKeystore: there is no /etc/none.p12
          {"clientKeystorePasswordFile":"/etc/none"} | - | - | clientKeystorePasswordFile: there is no
          {"proxyCredentialsFile":"/etc/none"} | - | - | proxyCredentialsFile: there is no
          """)
  void filesThatAreMissingUnsafeOrWrongFail(
      String settings, String mode, String secret, String told) throws IOException {
    write(LOCAL, "rw-r-----", settings);
    if (!mode.equals("-")) {
      write(SECRET, mode, secret.equals("KEY") ? KEY : secret);
    }
    for (String command : List.of("validate", "show")) {
      assertEquals(1, config(command), out);
      assertTrue(out.lines().anyMatch(line -> line.matches("failed:  " + told + ".*")), out);
      assertFalse(out.contains("hunter2"), out);
      assertFalse(out.contains("AAECAwQF"), out);
    }
  }

  @Test
  void everyFileThatIsMissingIsNamedAtOnce() throws IOException {
    write(LOCAL, "rw-r-----", "{\"caBundle\":\"/a\",\"authorizationFile\":\"/b\"}");
    assertEquals(1, config("validate"));
    assertEquals(2, out.lines().filter(line -> line.startsWith("failed: ")).count());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"renewPrompt":true} | 0 | The settings are fine.
          <plist><dict><key>renewPrompt</key><true/></dict></plist> | 0 | The settings are fine.
          {"renewPrompt":2} | 78 | renewPrompt must be true or false, not 2 .line 1..
          <plist><dict><key>renewPrompt</key><integer>2</integer></dict></plist> | 78 | not 2.
          <plist><dict><key>PayloadContent</key><array/></dict></plist> | 78 | PayloadType of the profile must be Configuration
          {"secretFile":"/etc/none","endpoint":"https://a.example/"} | 1 | secretFile: there is no
          {"renewPrompts":true} | 0 | warning: .*renewPrompts is not a setting
          {} {} | 78 | valid JSON
          """)
  void aDraftIsValidatedWhereverItLies(String content, int exit, String told) throws IOException {
    write(LOCAL, "rw-r-----", "{");
    Path draft = mac.resolve("draft");
    Files.writeString(draft, content);
    StubMac.allow(draft, "rw-rw-rw-");
    assertEquals(exit, config("validate", draft.toString()), out);
    assertTrue(out.lines().anyMatch(line -> line.matches(".*" + told + ".*")), out);
  }

  /** With --root too: a draft is meant for real Macs. */
  @Test
  void aDraftIsJudgedByTheBoundsOfARealMacAndWhatIsInForceByThoseOfThisOne() throws IOException {
    write(LOCAL, "rw-r-----", "{\"heartbeatIntervalSeconds\":60}");
    assertEquals(0, config("validate"), out);
    assertEquals(78, config("validate", mac.resolve(LOCAL).toString()), out);
    assertTrue(out.contains("or a whole number from 300"), out);
  }

  @Test
  void aDraftThatIsNotThereAndACommandWithoutAVerbAreWrongUsage() {
    assertEquals(64, config("validate", mac.resolve("none").toString()));
    assertTrue(out.contains("cannot be read"), out);
    assertEquals(64, config());
    assertEquals(64, config("guess"));
    assertEquals(64, config("show", "--guess"));
  }

  private void assertRow(String name, String value, String origin) {
    String row = out.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElseThrow();
    assertEquals(
        List.of(name, value, origin),
        List.of(row.split("  +| (?=default|local$|local .refused|managed)")));
  }

  private int config(String... arguments) {
    StringWriter said = new StringWriter();
    CommandLine commandLine = Program.commandLine();
    commandLine.setOut(new PrintWriter(said, true));
    commandLine.setErr(new PrintWriter(said, true));
    String[] all =
        Stream.concat(Stream.of("--root", mac.toString(), "config"), Stream.of(arguments))
            .toArray(String[]::new);
    int exit = commandLine.execute(all);
    out = said.toString();
    return exit;
  }

  private void write(String path, String mode, String content) throws IOException {
    Path file = mac.resolve(path);
    Files.createDirectories(file.getParent());
    StubMac.allow(file.getParent(), "rwxr-xr-x");
    Files.writeString(file, content);
    StubMac.allow(file, mode);
  }

  private static String plist(String content) {
    return "<plist version=\"1.0\"><dict>" + content + "</dict></plist>";
  }
}
