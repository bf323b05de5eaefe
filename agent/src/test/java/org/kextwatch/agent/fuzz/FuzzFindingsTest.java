package org.kextwatch.agent.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing has found, one row each: a parser, what is wrong if it fails, and the input. */
class FuzzFindingsTest {
  private static final int MANY = 1 << 20;

  /** In lower case it is two characters; Java copies the whole text for each. */
  private static final String GROWING = "\u0130".repeat(MANY / 2);

  static Stream<Arguments> findings() {
    return Stream.of(
        found("mdatp health", "slow", "version : \"1" + " ".repeat(MANY) + "x[managed]"),
        found("systemextensionsctl", "slow", "\n".repeat(MANY)),
        found("systemextensionsctl", "stack", "a.".repeat(MANY / 2)),
        found("kextstat", "slow", "com.microsoft.wdavkext ( ".repeat(MANY / 25)),
        found("kextutil", "slow", "!Error" + " ".repeat(MANY) + "x"),
        found("macOS version", "stack", "10" + ".1".repeat(MANY / 2)),
        found(
            "managed settings",
            "crash",
            "<plist><dict><key>a</key><array><x/></array></dict></plist>"),
        Arguments.of("managed settings", "crash", PlistSeeds.set()),
        Arguments.of("property list", "slow", PlistSeeds.hugeKey(60)),
        found("ls -led", "crash", " 0: user:joe allow write,write"),
        found(
            "settings.json",
            "unstable",
            "{\"local\":{\"values\":{\"labels\":{\"a\":\"\\ud800\"}}}}"),
        found("settings.json", "unstable", "{\"local\":{\"refused\":[\"\\ud800\"],\"values\":{}}}"),
        found("config.json", "unstable", "{\"endpoint\":\"https://a.example/\\ud800\"}"),
        found(
            "settings.json",
            "unstable",
            "{\"local\":{\"refused\":[],\"values\":{\"endpoint\":\"https://a\u0594b=a\"}}}"),
        found(
            "settings.json",
            "unstable",
            "{\"hardwareUuid\":\"\\ud800\",\"local\":{\"values\":{}}}"),
        found(
            "config.json",
            "unstable",
            "{\"endpoint\":\"https://a.example/" + "\ufffd".repeat(500) + "\"}"),
        found("config.json", "slow", "{" + manyKeys() + "}"),
        Arguments.of("property list", "slow", PlistSeeds.hiddenKey(60)),
        found("mdatp health", "slow", GROWING),
        found("mdatp health", "slow", "{\"" + GROWING + "\":1}"),
        found("mdatp expiry", "slow", GROWING),
        found("config.json", "slow", "{\"renewPrompt\":\"" + GROWING + "\"}"),
        found("config.json", "slow", "{\"endpoint\":\"https://" + "@".repeat(MANY) + "\"}"),
        found("profile draft", "slow", profileOfType(GROWING)),
        found("policies", "slow", "<plist><dict><key>" + GROWING + "</key><true/></dict></plist>"),
        found("response head", "slow", "200\nContent-Type: " + GROWING),
        found("response head", "slow", "302\nLocation: //" + "@".repeat(MANY / 4)),
        found("status.json", "slow", "{\"agent\":{\"pendingEvents\":" + "9".repeat(MANY) + "}}"),
        found("CA bundle", "long", "-----BEGIN " + "9".repeat(MANY) + "-----"),
        found("CA bundle", "slow", certificate().repeat(4 * MANY / certificate().length())),
        found("kextutil", "memory", "a:\n".repeat(MANY / 3)),
        found(
            "systemextensionsctl",
            "evidence",
            "1 extension(s)\n*\t*\tEQHXZ8M8AV\tcom.a (1(b)/1)\tUBF8T346G9"
                + " com.microsoft.wdav.epsext (9/9) [activated enabled]\n"),
        Arguments.of("db.plist", "memory", PlistSeeds.sameRow(250_000)),
        found("db.plist", "slow", manyPolicies()),
        found("ps rss", "slow", " ".repeat(MANY)),
        found("ps rss", "evidence", "ps: 2 processes"),
        found("redaction", "secret", "\4\1"),
        found("redaction", "secret", "\7\1"),
        found("redaction", "secret", "\10\1"),
        found("redaction", "secret", "\10\0serial in small letters "),
        found("redaction", "secret", "\4\2 in JSON "),
        found("KextPolicy", "evidence", "other,55424638543334364739,,31\nend\n"));
  }

  private static Arguments found(String target, String flaw, String input) {
    return Arguments.of(target, flaw, input.getBytes(StandardCharsets.UTF_8));
  }

  private static String profileOfType(String type) {
    return """
    <plist><dict><key>PayloadType</key><string>Configuration</string>
    <key>PayloadContent</key><array><dict><key>PayloadType</key><string>%s</string></dict></array>
    </dict></plist>\
    """
        .formatted(type);
  }

  private static String certificate() {
    return Seeds.texts("/tls", "client-purpose-root.pem").get(0);
  }

  /** One that allows thousands of extensions, and thousands that allow none. */
  private static String manyPolicies() {
    StringBuilder bundles = new StringBuilder();
    for (int i = 0; i < 12_000; i++) {
      bundles.append("<string>").append(Integer.toHexString(i)).append("</string>");
    }
    return """
    <plist><dict><key>extensionPolicies</key><array><dict><key>allowedExtensions</key>
    <dict><key>UBF8T346G9</key><array>%s</array></dict></dict>%s</array></dict></plist>\
    """
        .formatted(bundles, "<dict/>".repeat(30_000));
  }

  private static String manyKeys() {
    StringBuilder keys = new StringBuilder("\"k\":1");
    for (int i = 0; i < MANY / 10; i++) {
      keys.append(",\"k").append(Integer.toHexString(i)).append("\":1");
    }
    return keys.toString();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("findings")
  void isMended(String target, String flaw, byte[] input) throws InterruptedException {
    new SmallThread(FuzzTargets.named(target)).run(Stream.of(input));
  }
}
