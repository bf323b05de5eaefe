package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.config.Settings.LogLevel;
import org.kextwatch.agent.config.Settings.WatchedExtension;

/** Every setting, one line each: its name, what it takes, its default. */
final class Keys {
  private static final List<Key<?>> ALL = new ArrayList<>();

  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  static final Key<@Nullable String> ENDPOINT = optional("endpoint", ValueTypes.ENDPOINT);
  static final Key<@Nullable String> ENDPOINT_FILE = optional("endpointFile", ValueTypes.PATH);
  static final Key<String> SECRET_FILE = key("secretFile", ValueTypes.PATH, SUPPORT + "secret");
  static final Key<@Nullable String> PREVIOUS_SECRET_FILE =
      optional("previousSecretFile", ValueTypes.PATH);
  static final Key<@Nullable String> AUTHORIZATION_FILE =
      optional("authorizationFile", ValueTypes.PATH);
  static final Key<Map<String, String>> HEADERS = key("headers", ValueTypes.HEADERS, Map.of());
  static final Key<@Nullable String> CA_BUNDLE = optional("caBundle", ValueTypes.PATH);
  static final Key<@Nullable String> CLIENT_KEYSTORE = optional("clientKeystore", ValueTypes.PATH);
  static final Key<@Nullable String> CLIENT_KEYSTORE_PASSWORD_FILE =
      optional("clientKeystorePasswordFile", ValueTypes.PATH);
  static final Key<String> PROXY = key("proxy", ValueTypes.PROXY_CHOICE, "system");
  static final Key<@Nullable String> PROXY_CREDENTIALS_FILE =
      optional("proxyCredentialsFile", ValueTypes.PATH);

  static final Key<Duration> HEALTH = seconds("healthIntervalSeconds", 60, 86_400, 1, 300);
  static final Key<Duration> AT_RISK = seconds("atRiskIntervalSeconds", 30, 86_400, 1, 60);
  static final Key<Duration> HEARTBEAT =
      key(
          "heartbeatIntervalSeconds",
          ValueTypes.secondsOrNone(300, 86_400, 1),
          Duration.ofMinutes(15));
  static final Key<Duration> CONFIRM = seconds("confirmSeconds", 0, 3_600, 0, 60);
  static final Key<Duration> SETTLE = seconds("settleSeconds", 0, 3_600, 0, 600);
  static final Key<Duration> TOOL_TIMEOUT = seconds("toolTimeoutSeconds", 10, 120, 1, 30);

  static final Key<Boolean> LOAD_APPROVED = key("loadApprovedExtension", ValueTypes.BOOL, true);
  static final Key<Boolean> RENEW_PROMPT = key("renewPrompt", ValueTypes.BOOL, true);
  static final Key<Duration> RENEWAL = seconds("promptRenewalSeconds", 600, 1_740, 1, 1_500);
  static final Key<Long> MAX_LOADS = key("maxLoadAttempts", ValueTypes.number(1, 100), 8L);
  static final Key<Duration> LOAD_TIMEOUT = seconds("loadTimeoutSeconds", 120, 600, 1, 180);

  static final Key<String> EXTENSION_PATH =
      key(
          "extension.path",
          ValueTypes.matching(
              "/Library/Extensions/[^/\\x00-\\x1f]{1,200}\\.kext",
              "the path of a .kext directly below /Library/Extensions"),
          WatchedExtension.DEFENDER.path());
  static final Key<String> EXTENSION_BUNDLE =
      key(
          "extension.bundleId",
          ValueTypes.matching("[A-Za-z0-9.-]{1,255}", "a bundle identifier"),
          WatchedExtension.DEFENDER.bundleId());
  static final Key<String> EXTENSION_TEAM =
      key(
          "extension.teamId",
          ValueTypes.matching("[A-Z0-9]{10}", "a team identifier of ten capitals and digits"),
          WatchedExtension.DEFENDER.teamId());

  static final Key<Boolean> EXPECT_PASSIVE = key("expectPassiveMode", ValueTypes.BOOL, false);
  static final Key<Duration> MAX_DEFINITIONS_AGE =
      key("maxDefinitionsAgeHours", ValueTypes.hours(1, 8_760), Duration.ofDays(7));

  static final Key<Long> SPOOL_EVENTS =
      key("spool.maxEvents", ValueTypes.number(10, 20_000), 5_000L);
  static final Key<Long> SPOOL_BYTES =
      key("spool.maxBytes", ValueTypes.number(100_000, 1L << 30), 10L << 20);
  static final Key<Duration> SPOOL_AGE =
      key("spool.maxAgeDays", ValueTypes.days(1, 365), Duration.ofDays(14));

  static final Key<DeviceIdentity> IDENTITY =
      key("deviceIdentity", ValueTypes.oneOf(DeviceIdentity.class), DeviceIdentity.FULL);
  static final Key<Boolean> DEFENDER_IDS = key("includeDefenderIds", ValueTypes.BOOL, false);
  static final Key<Map<String, String>> LABELS = key("labels", ValueTypes.LABELS, Map.of());
  static final Key<LogLevel> LOG_LEVEL =
      key("logLevel", ValueTypes.oneOf(LogLevel.class), LogLevel.INFO);

  /** What counts for a setting whose value is refused, if it was never understood before. */
  static final Map<String, Object> SAFE =
      Map.of(
          LOAD_APPROVED.name(), false,
          RENEW_PROMPT.name(), false,
          DEFENDER_IDS.name(), false,
          IDENTITY.name(), DeviceIdentity.MINIMAL);

  private Keys() {}

  /** Whether it is one of the two forms of the endpoint. */
  static boolean isOfEndpoint(String name) {
    return name.equals(ENDPOINT.name()) || name.equals(ENDPOINT_FILE.name());
  }

  static List<Key<?>> all() {
    return List.copyOf(ALL);
  }

  /**
   * Makes complete settings.
   *
   * @param values understood values by name; what is missing is at its default
   */
  static Settings settings(Map<String, Object> values) {
    return new Settings(
        new Settings.Webhook(
            get(values, ENDPOINT),
            get(values, ENDPOINT_FILE),
            get(values, SECRET_FILE),
            get(values, PREVIOUS_SECRET_FILE),
            get(values, AUTHORIZATION_FILE),
            get(values, HEADERS),
            get(values, CA_BUNDLE),
            get(values, CLIENT_KEYSTORE),
            get(values, CLIENT_KEYSTORE_PASSWORD_FILE),
            get(values, PROXY),
            get(values, PROXY_CREDENTIALS_FILE)),
        new Settings.Intervals(
            get(values, HEALTH),
            get(values, AT_RISK),
            get(values, HEARTBEAT),
            get(values, CONFIRM),
            get(values, SETTLE),
            get(values, TOOL_TIMEOUT)),
        new Settings.Loading(
            get(values, LOAD_APPROVED),
            get(values, RENEW_PROMPT),
            get(values, RENEWAL),
            get(values, MAX_LOADS).intValue(),
            get(values, LOAD_TIMEOUT)),
        new WatchedExtension(
            get(values, EXTENSION_PATH),
            get(values, EXTENSION_BUNDLE),
            get(values, EXTENSION_TEAM)),
        new Settings.SpoolBounds(
            get(values, SPOOL_EVENTS).intValue(), get(values, SPOOL_BYTES), get(values, SPOOL_AGE)),
        get(values, EXPECT_PASSIVE),
        get(values, MAX_DEFINITIONS_AGE),
        get(values, IDENTITY),
        get(values, DEFENDER_IDS),
        get(values, LABELS),
        get(values, LOG_LEVEL));
  }

  @SuppressWarnings("unchecked") // what is stored under a key's name was understood by its type
  private static <T extends @Nullable Object> T get(Map<String, Object> values, Key<T> key) {
    Object value = values.get(key.name());
    return value == null ? key.fallback() : (T) value;
  }

  private static <T> Key<T> key(String name, Key.Type<T> type, T fallback) {
    Key<T> key = new Key<>(name, type, fallback);
    ALL.add(key);
    return key;
  }

  private static Key<Duration> seconds(
      String name, int min, int max, int simulatedMin, int fallback) {
    return key(name, ValueTypes.seconds(min, max, simulatedMin), Duration.ofSeconds(fallback));
  }

  @SuppressWarnings("NullAway") // JSpecify generics are beyond it on JDK 17
  private static Key<@Nullable String> optional(String name, Key.Type<String> type) {
    Key<@Nullable String> key = new Key<>(name, type, null);
    ALL.add(key);
    return key;
  }
}
