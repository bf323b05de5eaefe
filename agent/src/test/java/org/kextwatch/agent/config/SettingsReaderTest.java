package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;

class SettingsReaderTest {
  @TempDir private Path mac;

  private Path file;

  @BeforeEach
  void layOut() throws IOException {
    file = mac.resolve("Library/Application Support/Kextwatch/config.json");
    Files.createDirectories(file.getParent());
  }

  @Test
  void withoutAFileEverythingIsAtItsDefaultAndAWarningSaysSo() throws Exception {
    ResolvedSettings resolved = read();

    assertEquals(Settings.defaults(), resolved.settings());
    assertFalse(resolved.isRefused());
    assertEquals(1, resolved.warnings().size());
  }

  @Test
  void theDefaultsAreThoseOfTheManual() {
    Settings settings = Settings.defaults();

    assertNull(settings.find(Keys.ENDPOINT));
    assertEquals("/Library/Application Support/Kextwatch/secret", settings.get(Keys.SECRET_FILE));
    assertEquals("system", settings.get(Keys.PROXY));
    assertEquals(Duration.ofMinutes(5), settings.get(Keys.HEALTH));
    assertEquals(Duration.ofMinutes(1), settings.get(Keys.AT_RISK));
    assertEquals(Duration.ofMinutes(15), settings.get(Keys.HEARTBEAT));
    assertEquals(Duration.ofMinutes(1), settings.get(Keys.CONFIRM));
    assertEquals(Duration.ofMinutes(10), settings.get(Keys.SETTLE));
    assertEquals(Duration.ofSeconds(30), settings.get(Keys.TOOL_TIMEOUT));
    assertTrue(settings.get(Keys.LOAD_APPROVED));
    assertTrue(settings.get(Keys.RENEW_PROMPT));
    assertEquals(Duration.ofMinutes(25), settings.get(Keys.RENEWAL));
    assertEquals(8, settings.get(Keys.MAX_LOADS));
    assertEquals(Duration.ofMinutes(3), settings.get(Keys.LOAD_TIMEOUT));
    assertEquals(Settings.WatchedExtension.DEFENDER, settings.extension());
    assertEquals(new Settings.SpoolBounds(5_000, 10 << 20, Duration.ofDays(14)), settings.spool());
    assertEquals(Duration.ofDays(7), settings.get(Keys.MAX_DEFINITIONS_AGE));
    assertFalse(settings.get(Keys.EXPECT_PASSIVE));
    assertFalse(settings.get(Keys.DEFENDER_IDS));
    assertEquals(Settings.DeviceIdentity.FULL, settings.get(Keys.IDENTITY));
    assertEquals(Settings.LogLevel.INFO, settings.get(Keys.LOG_LEVEL));
  }

  @Test
  void readsKeysOfEveryType() throws Exception {
    ResolvedSettings resolved =
        read(
            """
            {"endpoint":"https://fleet.example.com/hook?key=1","secretFile":"/etc/s",
             "previousSecretFile":"/etc/p","authorizationFile":"/etc/a","secretHeadersFile":"/etc/h","headers":{"X-Team":"it"},
             "caBundle":"/etc/ca.pem","clientKeystore":"/etc/c.p12",
             "clientKeystorePasswordFile":"/etc/c.pw","proxy":"proxy.example.com:3128",
             "proxyCredentialsFile":"/etc/pc","healthIntervalSeconds":120,
             "atRiskIntervalSeconds":30,"heartbeatIntervalSeconds":600,"confirmSeconds":10,
             "settleSeconds":20,"toolTimeoutSeconds":15,"loadTimeoutSeconds":200,
             "loadApprovedExtension":false,"renewPrompt":false,"promptRenewalSeconds":1200,
             "maxLoadAttempts":3,
             "extension":{"path":"/Library/Extensions/other.kext","bundleId":"com.example.kext",
                          "teamId":"ABCDE12345"},
             "expectPassiveMode":true,"maxDefinitionsAgeHours":24,
             "spool":{"maxEvents":100,"maxBytes":1000000,"maxAgeDays":3},
             "deviceIdentity":"minimal","includeDefenderIds":true,"labels":{"site":"Berlin"},
             "logLevel":"debug"}\
            """);

    assertEquals(List.of(), resolved.problems());
    assertEquals(List.of(), resolved.warnings());
    Settings settings = resolved.settings();
    Settings webhook = settings.webhook();
    assertEquals("https://fleet.example.com/hook?key=1", webhook.find(Keys.ENDPOINT));
    assertNull(webhook.find(Keys.ENDPOINT_FILE));
    assertEquals("/etc/s", webhook.get(Keys.SECRET_FILE));
    assertEquals("/etc/p", webhook.find(Keys.PREVIOUS_SECRET_FILE));
    assertEquals("/etc/a", webhook.find(Keys.AUTHORIZATION_FILE));
    assertEquals("/etc/h", webhook.find(Keys.SECRET_HEADERS_FILE));
    assertEquals(Map.of("X-Team", "it"), webhook.get(Keys.HEADERS));
    assertEquals("/etc/ca.pem", webhook.find(Keys.CA_BUNDLE));
    assertEquals("/etc/c.p12", webhook.find(Keys.CLIENT_KEYSTORE));
    assertEquals("/etc/c.pw", webhook.find(Keys.CLIENT_KEYSTORE_PASSWORD_FILE));
    assertEquals("proxy.example.com:3128", webhook.get(Keys.PROXY));
    assertEquals("/etc/pc", webhook.find(Keys.PROXY_CREDENTIALS_FILE));
    assertEquals(Duration.ofMinutes(2), settings.get(Keys.HEALTH));
    assertEquals(Duration.ofSeconds(30), settings.get(Keys.AT_RISK));
    assertEquals(Duration.ofMinutes(10), settings.get(Keys.HEARTBEAT));
    assertEquals(Duration.ofSeconds(10), settings.get(Keys.CONFIRM));
    assertEquals(Duration.ofSeconds(20), settings.get(Keys.SETTLE));
    assertEquals(Duration.ofSeconds(15), settings.get(Keys.TOOL_TIMEOUT));
    assertFalse(settings.get(Keys.LOAD_APPROVED));
    assertFalse(settings.get(Keys.RENEW_PROMPT));
    assertEquals(Duration.ofMinutes(20), settings.get(Keys.RENEWAL));
    assertEquals(3, settings.get(Keys.MAX_LOADS));
    assertEquals(Duration.ofSeconds(200), settings.get(Keys.LOAD_TIMEOUT));
    assertEquals(
        new Settings.WatchedExtension(
            "/Library/Extensions/other.kext", "com.example.kext", "ABCDE12345"),
        settings.extension());
    assertEquals(new Settings.SpoolBounds(100, 1_000_000, Duration.ofDays(3)), settings.spool());
    assertTrue(settings.get(Keys.EXPECT_PASSIVE));
    assertEquals(Duration.ofDays(1), settings.get(Keys.MAX_DEFINITIONS_AGE));
    assertEquals(Settings.DeviceIdentity.MINIMAL, settings.get(Keys.IDENTITY));
    assertTrue(settings.get(Keys.DEFENDER_IDS));
    assertEquals(Map.of("site", "Berlin"), settings.get(Keys.LABELS));
    assertEquals(Settings.LogLevel.DEBUG, settings.get(Keys.LOG_LEVEL));
    assertEquals(
        List.of(Keys.ENDPOINT_FILE),
        Keys.all().stream()
            .filter(key -> key.defaultValue() == null)
            .filter(key -> !resolved.values().containsKey(key.name()))
            .toList());
    assertEquals(Origin.LOCAL, resolved.origins().get("spool.maxEvents"));
    assertEquals(Origin.DEFAULT, resolved.origins().get("endpointFile"));
  }

  @Test
  void everyDefaultIsReadAsItIsWritten() throws Exception {
    for (Key<?> key : Keys.all()) {
      Object value = key.defaultValue();
      if (value != null) {
        assertEquals(value, key.type().parse(written(key, value), Bounds.REAL_MAC), key.name());
      }
    }
  }

  private static <T> Object written(Key<T> key, Object value) {
    return key.type().written(key.cast(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"healthIntervalSeconds\":\"soon\"}|healthIntervalSeconds must be a whole number from 1"
            + " to",
        "{\"healthIntervalSeconds\":\"soon\"}|, not the text \"soon\" (line 1).",
        "{\"healthIntervalSeconds\":0}|not 0",
        "{\"healthIntervalSeconds\":1.5}|not 1.5",
        "{\"renewPrompt\":\"yes\"}|renewPrompt must be true or false",
        "{\"endpoint\":\"fleet.example.com\"}|endpoint must be a URL such as https://",
        "{\"endpoint\":\"http://fleet.example.com/\"}|http is only for loopback addresses",
        "{\"endpoint\":\"https://me:pw@fleet.example.com/\"}|use authorizationFile",
        "{\"endpoint\":\"ftp://fleet.example.com/\"}|endpoint must be a URL",
        "{\"endpoint\":\"https://a.example/\",\"endpointFile\":\"/e\"}|endpoint or endpointFile",
        "{\"secretFile\":\"secret\"}|secretFile must be an absolute path",
        "{\"secretFile\":\"/Library/../etc/secret\"}|without \"..\"",
        "{\"secretFile\":\"/Library/\\ud800secret\"}|secretFile must be an absolute path",
        "{\"headers\":{\"Authorization\":\"Bearer x\"}}|use authorizationFile",
        "{\"headers\":{\"Content-Type\":\"text/plain\"}}|Content-Type, which the agent or HTTP"
            + " sets",
        "{\"headers\":{\"Keep-Alive\":\"1\"}}|Keep-Alive, which",
        "{\"headers\":{\"X\":\"a\\r\\nHost: b\"}}|printable ASCII",
        "{\"labels\":[\"a\"]}|labels must be a group of texts",
        "{\"extension\":{\"path\":\"/tmp/evil.kext\"}}|directly below /Library/Extensions",
        "{\"extension\":{\"path\":\"/Library/Extensions/a/b.kext\"}}|directly below",
        "{\"extension\":{\"teamId\":\"ubf8\"}}|a team identifier",
        "{\"proxy\":\"http://proxy\"}|proxy must be \"system\", \"none\" or \"host:port\"",
        "{\"renewPrompt\":2}|renewPrompt must be true or false, not 2 (line 1).",
        "{\"deviceIdentity\":\"hashed\"}|one of full, serial, minimal",
        "{\"logLevel\":7}|one of trace, debug, info, warn, error",
        "{\"spool\":{\"maxEvents\":1}}|spool.maxEvents must be a whole number from 10 to",
        "[]|it must be one JSON object",
        "{\"renewPrompt\":tru}|it is not valid JSON",
        "{} {}|valid JSON",
        "|valid JSON"
      })
  void refusesAWrongFileAndNamesItTheKeyAndWhatIsRight(String content, String told)
      throws Exception {
    ResolvedSettings resolved = read(content == null ? "" : content);

    assertTrue(resolved.isRefused());
    assertEquals(1, resolved.problems().size());
    String problem = resolved.problems().get(0);
    assertTrue(problem.startsWith(file + ": "), problem);
    assertTrue(problem.contains(told), problem);
    assertEquals(
        GivenSettings.intervals(Settings.defaults()), GivenSettings.intervals(resolved.settings()));
    assertEquals(Settings.defaults().get(Keys.LABELS), resolved.settings().get(Keys.LABELS));
    assertNull(resolved.settings().find(Keys.ENDPOINT));
  }

  @Test
  void neverShowsTextThatMayBeASecret() throws Exception {
    ResolvedSettings resolved = read("{\"endpoint\":\"https://user:hunter2@example.com/\"}");
    assertFalse(resolved.toString().contains("hunter2"));
  }

  @Test
  void refusesDeeplyNestedAndEndlessDocuments() throws Exception {
    assertTrue(read("[".repeat(20_000)).isRefused());
    assertTrue(read("{\"a\":\"" + "x".repeat(70_000) + "\"}").isRefused());
  }

  @Test
  void warnsOfAKeyItDoesNotKnow() throws Exception {
    ResolvedSettings resolved = read("{\"healthInterval\":1,\"spool\":{\"size\":2}}");
    assertFalse(resolved.isRefused());
    assertEquals(2, resolved.warnings().size());
    assertTrue(resolved.warnings().get(0).contains("healthInterval"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw----", "rw-r---w-"})
  void refusesAFileThatOthersMayWrite(String mode) throws Exception {
    Files.writeString(file, "{}");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

    ResolvedSettings resolved = read();

    assertTrue(resolved.isRefused());
    assertTrue(resolved.problems().get(0).contains("chmod go-w"), resolved.problems().get(0));
  }

  @Test
  void refusesAFileInAFolderThatOthersMayWrite() throws Exception {
    Files.writeString(file, "{}");
    Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertTrue(read().isRefused());
  }

  @Test
  void theBoundsOfARealMacHoldThere() {
    assertThrowsBad(59, ValueType.Bounds.REAL_MAC);
    assertThrowsBad(0, ValueType.Bounds.SIMULATED_MAC);
    assertEquals(Duration.ofMinutes(1), health(60, ValueType.Bounds.REAL_MAC));
    assertEquals(Duration.ofSeconds(1), health(1, ValueType.Bounds.SIMULATED_MAC));
  }

  private static Duration health(int seconds, ValueType.Bounds bounds) {
    try {
      return Keys.HEALTH.type().parse(seconds, bounds);
    } catch (ValueType.BadValueException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertThrowsBad(int seconds, ValueType.Bounds bounds) {
    org.junit.jupiter.api.Assertions.assertThrows(
        ValueType.BadValueException.class, () -> Keys.HEALTH.type().parse(seconds, bounds));
  }

  private ResolvedSettings read(String content) throws IOException, RefusedPathException {
    Files.writeString(file, content);
    return read();
  }

  private ResolvedSettings read() throws RefusedPathException {
    return new SettingsReader(SystemRoot.at(mac)).read();
  }
}
