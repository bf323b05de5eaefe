package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.config.Key.Secrecy;
import org.kextwatch.agent.config.NumberType.Unit;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.config.Settings.LogLevel;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.AgentPaths;

/**
 * Every setting: its name, type, default and description. The table of the deployment page comes
 * from here.
 */
public final class Keys {
  private static final List<Key<?>> ALL = new ArrayList<>();

  public static final Key<String> ENDPOINT =
      webhook("endpoint", ValueTypes.ENDPOINT)
          .showing(Secrecy.SCHEME_AND_HOST)
          .everyday()
          .describedAs("The URL of the webhook: https, or http to a loopback address.");
  public static final Key<String> ENDPOINT_FILE =
      webhook("endpointFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .groupedWith(ENDPOINT)
          .everyday()
          .describedAs("A file with the URL of the webhook, if the URL itself is a secret.");
  public static final Key<String> SECRET_FILE =
      webhook("secretFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .orElse(AgentPaths.SECRET)
          .everyday()
          .describedAs("A file with the secret (whsec_…) that signs events.");
  public static final Key<String> PREVIOUS_SECRET_FILE =
      webhook("previousSecretFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .describedAs(
              "A file with the previous secret; while it is set, events are signed with both.");
  public static final Key<String> AUTHORIZATION_FILE =
      webhook("authorizationFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .describedAs(
              "A file with the value of the Authorization header, such as \"Bearer …\", without the"
                  + " header's name.");
  public static final Key<Map<String, String>> HEADERS =
      webhook("headers", ValueTypes.HEADERS)
          .orElse(Map.of())
          .showing(Secrecy.NAMES)
          .describedAs("More headers for every request.");
  public static final Key<String> SECRET_HEADERS_FILE =
      webhook("secretHeadersFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .describedAs(
              "A file with more headers, for secrets: one \"Name: value\" on each line. They"
                  + " replace those of the same name in headers.");
  public static final Key<String> CA_BUNDLE =
      webhook("caBundle", ValueTypes.PATH)
          .everyday()
          .describedAs(
              "A PEM file with certificates to trust besides the roots of Java; the Keychain is not"
                  + " read.");
  public static final Key<String> CLIENT_KEYSTORE =
      webhook("clientKeystore", ValueTypes.PATH)
          .describedAs("A PKCS#12 file for mutual TLS: a private key with its certificate.");
  public static final Key<String> CLIENT_KEYSTORE_PASSWORD_FILE =
      webhook("clientKeystorePasswordFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .groupedWith(CLIENT_KEYSTORE)
          .describedAs("A file with the password of clientKeystore.");
  public static final Key<String> PROXY =
      webhook("proxy", ValueTypes.PROXY)
          .orElse("system")
          .everyday()
          .describedAs("The proxy of the system, no proxy, or the host and port of one.");
  public static final Key<String> PROXY_CREDENTIALS_FILE =
      webhook("proxyCredentialsFile", ValueTypes.PATH)
          .showing(Secrecy.SECRET_FILE)
          .describedAs(
              "A file with user:password for the proxy (Basic only; NTLM and Negotiate are not"
                  + " supported).");

  public static final Key<Duration> HEALTH =
      key("healthIntervalSeconds", NumberType.seconds(60, 86_400).simulatedFrom(1))
          .orElse(Duration.ofMinutes(5))
          .everyday()
          .describedAs("Time between two looks at the Mac while all is well.");
  public static final Key<Duration> AT_RISK =
      key("atRiskIntervalSeconds", NumberType.seconds(30, 86_400).simulatedFrom(1))
          .orElse(Duration.ofMinutes(1))
          .everyday()
          .describedAs("Time between two looks while the Mac is at risk.");
  public static final Key<Duration> HEARTBEAT =
      key("heartbeatIntervalSeconds", NumberType.seconds(300, 86_400).simulatedFrom(1).orZero())
          .orElse(Duration.ofMinutes(15))
          .everyday()
          .describedAs(
              "Time between two heartbeats; with 0 none is sent, and then silence is no alarm.");
  public static final Key<Duration> CONFIRM =
      key("confirmSeconds", NumberType.seconds(0, 3_600))
          .orElse(Duration.ofMinutes(1))
          .describedAs(
              "When only Defender's health gets worse, a second look after this time must confirm"
                  + " it; a value that cannot be read any more is reported as unknown after this"
                  + " time.");
  public static final Key<Duration> SETTLE =
      key("settleSeconds", NumberType.seconds(0, 3_600))
          .orElse(Duration.ofMinutes(10))
          .describedAs(
              "After boot or an update of Defender, worse health is not reported for this long.");
  public static final Key<Duration> TOOL_TIMEOUT =
      key("toolTimeoutSeconds", NumberType.seconds(10, 120).simulatedFrom(1))
          .orElse(Duration.ofSeconds(30))
          .describedAs("The longest run of every tool except kextutil.");

  public static final Key<Boolean> LOAD_APPROVED =
      key("loadApprovedExtension", ValueTypes.FLAG)
          .orElse(true)
          .safely(false)
          .everyday()
          .describedAs("Run kextutil once the extension is approved or a profile allows it.");
  public static final Key<Boolean> RENEW_PROMPT =
      key("renewPrompt", ValueTypes.FLAG)
          .orElse(true)
          .safely(false)
          .everyday()
          .describedAs("Run kextutil before the approval too, so that macOS keeps offering Allow.");
  public static final Key<Duration> RENEWAL =
      key("promptRenewalSeconds", NumberType.seconds(600, 1_740).simulatedFrom(1))
          .orElse(Duration.ofMinutes(25))
          .describedAs(
              "Time between two runs of kextutil before the approval; macOS offers Allow for 30"
                  + " minutes.");
  public static final Key<Integer> MAX_LOADS =
      key("maxLoadAttempts", NumberType.count(Unit.TIMES, 1, 100))
          .orElse(8)
          .describedAs(
              "How often one approval, or a profile that allows the kext before macOS has acted on"
                  + " it, leads to a load attempt; the count starts again once the kext stayed"
                  + " loaded for ten minutes.");
  public static final Key<Duration> LOAD_TIMEOUT =
      key("loadTimeoutSeconds", NumberType.seconds(120, 600).simulatedFrom(1))
          .orElse(Duration.ofMinutes(3))
          .describedAs("The longest run of kextutil.");

  public static final Key<String> EXTENSION_PATH =
      key(
              "extension.path",
              ValueTypes.matching(
                  "/Library/Extensions/[^/\\x00-\\x1f]{1,200}\\.kext",
                  "the path of a .kext directly below /Library/Extensions"))
          .orElse(WatchedExtension.DEFENDER.path())
          .describedAs("The kernel extension to watch, Defender's by default.");
  public static final Key<String> EXTENSION_BUNDLE =
      key("extension.bundleId", ValueTypes.matching("[A-Za-z0-9.-]{1,255}", "a bundle identifier"))
          .orElse(WatchedExtension.DEFENDER.bundleId())
          .describedAs("The bundle identifier of the kernel extension to watch.");
  public static final Key<String> EXTENSION_TEAM =
      key(
              "extension.teamId",
              ValueTypes.matching("[A-Z0-9]{10}", "a team identifier of ten capitals and digits"))
          .orElse(WatchedExtension.DEFENDER.teamId())
          .describedAs("The team identifier of the kernel extension to watch.");

  public static final Key<Boolean> EXPECT_PASSIVE =
      key("expectPassiveMode", ValueTypes.FLAG)
          .orElse(false)
          .everyday()
          .describedAs("Passive mode of Defender is intended and not a risk.");
  public static final Key<Duration> MAX_DEFINITIONS_AGE =
      key("maxDefinitionsAgeHours", NumberType.hours(1, 8_760))
          .orElse(Duration.ofDays(7))
          .describedAs("Older definitions of Defender are a risk.");
  public static final Key<Integer> SPOOL_EVENTS =
      key("spool.maxEvents", NumberType.count(Unit.EVENTS, 10, 20_000))
          .orElse(5_000)
          .describedAs("How many undelivered events are kept.");
  public static final Key<Long> SPOOL_BYTES =
      key("spool.maxBytes", NumberType.bytes(100_000, 1L << 30))
          .orElse(10L << 20)
          .describedAs("How much space undelivered events may take.");
  public static final Key<Duration> SPOOL_AGE =
      key("spool.maxAgeDays", NumberType.days(1, 365))
          .orElse(Duration.ofDays(14))
          .describedAs("How long undelivered events are kept.");
  public static final Key<DeviceIdentity> IDENTITY =
      key("deviceIdentity", ValueTypes.oneOf(DeviceIdentity.class))
          .orElse(DeviceIdentity.FULL)
          .safely(DeviceIdentity.MINIMAL)
          .everyday()
          .describedAs(
              "With serial, the computer name is left out, which often is the user's; with minimal,"
                  + " a random UUID replaces serial number, UUID and names everywhere.");
  public static final Key<Boolean> DEFENDER_IDS =
      key("includeDefenderIds", ValueTypes.FLAG)
          .orElse(false)
          .safely(false)
          .describedAs("Whether events contain Defender's own ids.");
  public static final Key<Map<String, String>> LABELS =
      key("labels", ValueTypes.LABELS)
          .orElse(Map.of())
          .everyday()
          .describedAs("Texts in every status, such as variables of the MDM.");
  public static final Key<LogLevel> LOG_LEVEL =
      key("logLevel", ValueTypes.oneOf(LogLevel.class))
          .orElse(LogLevel.INFO)
          .everyday()
          .describedAs("How much agent.log contains.");

  private Keys() {}

  static List<Key<?>> all() {
    return List.copyOf(ALL);
  }

  /** The values in force while a file is refused as a whole and has no last good values. */
  static Map<String, Object> safeValues() {
    Map<String, Object> safe = new HashMap<>();
    for (Key<?> key : ALL) {
      if (key.safeValue() != null) {
        safe.put(key.name(), key.safeValue());
      }
    }
    return safe;
  }

  /** Whether settings are refused together under this name. */
  static boolean isGroup(String name) {
    return ALL.stream().anyMatch(key -> key.group().equals(name));
  }

  /** Whether the name is that of a dictionary of settings. */
  static boolean isDictionary(String name) {
    return ALL.stream().anyMatch(key -> key.name().startsWith(name + "."));
  }

  private static <T> KeyBuilder<T> webhook(String name, ValueType<T> type) {
    return new KeyBuilder<>(true, name, type, ALL::add);
  }

  private static <T> KeyBuilder<T> key(String name, ValueType<T> type) {
    return new KeyBuilder<>(false, name, type, ALL::add);
  }
}
