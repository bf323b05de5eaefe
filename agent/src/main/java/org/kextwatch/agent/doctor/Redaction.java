package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/**
 * Removes secrets from texts: the content of the files that settings name, and what looks like a
 * secret. Of an address, scheme and host stay.
 */
final class Redaction {
  private static final String GONE = "***";
  private static final int MAX_BYTES = 64 << 10;

  /** A shorter one would match half of every text. */
  private static final int SHORTEST = 4;

  /** Of an odd host nothing stays, because nobody knows where it ends. */
  private static final Pattern URL =
      Pattern.compile("(?i)(https?://)(?:[^/\\s\"']*@)?(\\[[0-9a-f:.]+]|[a-z0-9._-]*)[^\\s\"<>]*");

  private static final Pattern SECRET = Pattern.compile("wh(?:sec|sk|pk)_[A-Za-z0-9+/=_-]+");
  private static final Pattern LOGIN =
      Pattern.compile("(?i)\\b((?:proxy-)?authorization\"?\\s*[:=]\\s*\"?)[^\\r\\n\"]+");
  private static final Pattern TOKEN =
      Pattern.compile("(?i)\\b(bearer|basic|splunk) +[A-Za-z0-9._~+/=-]{4,}");

  /** By these other secrets are recognised, so they must stay until then. */
  private static final Pattern SIGN = Pattern.compile("(?i)whsec_|bearer|basic|splunk");

  private static final Pattern HOME =
      Pattern.compile("(?i)(/Users/+)(?!Shared(?:[/\\s\"']|$))[^/\\s\"']+");

  private final List<String> secrets;
  private final boolean hidesNames;

  private Redaction(Set<String> secrets, boolean hidesNames) {
    this.secrets =
        secrets.stream()
            .filter(secret -> secret.length() >= SHORTEST)
            .flatMap(Redaction::forms)
            .distinct()
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();
    this.hidesNames = hidesNames;
  }

  /** Collects the secrets that this user may read. */
  static Redaction of(SystemRoot root, Settings settings, Hardware hardware) {
    Set<String> secrets = new TreeSet<>(settings.get(Keys.HEADERS).values());
    for (String file : settings.secretFiles()) {
      String content = content(root, file);
      if (file.equals(
          settings.find(Keys.SECRET_HEADERS_FILE))) { // the names of headers are not secret
        content.lines().forEach(line -> learn(secrets, line.substring(line.indexOf(':') + 1)));
      } else {
        learn(secrets, content);
      }
    }
    DeviceIdentity identity = settings.get(Keys.IDENTITY);
    boolean isMinimal = identity == DeviceIdentity.MINIMAL;
    boolean hidesNames = identity != DeviceIdentity.FULL;
    Stream.of(
            isMinimal ? hardware.serialNumber() : null,
            isMinimal ? hardware.uuid() : null,
            hidesNames ? hardware.computerName() : null)
        .filter(Objects::nonNull)
        .flatMap(name -> Stream.of(name, name.toLowerCase(Locale.ROOT)))
        .forEach(secrets::add);
    return new Redaction(secrets, hidesNames);
  }

  /** As it is, in a JSON document, in an address, and as the login of a proxy. */
  private static Stream<String> forms(String secret) {
    String quoted = Json.text(secret);
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        secret,
        quoted.substring(1, quoted.length() - 1),
        URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"),
        Base64.getEncoder().encodeToString(bytes));
  }

  String of(String text) {
    String left = text;
    for (String secret : secrets) { // before addresses, which may end within one
      left = left.replace(secret, GONE);
    }
    left = URL.matcher(left).replaceAll("$1$2");
    left = SECRET.matcher(left).replaceAll(GONE);
    left = LOGIN.matcher(left).replaceAll("$1" + GONE);
    left = TOKEN.matcher(left).replaceAll("$1 " + GONE);
    return hidesNames ? HOME.matcher(left).replaceAll("$1" + GONE) : left;
  }

  /**
   * Adds the whole, its words and the part after a prefix or a colon: a log may hold only a part.
   */
  private static void learn(Set<String> secrets, String content) {
    String whole = content.strip();
    // The host of an address is not secret, and the rest is removed.
    if (!whole.matches("(?i)https?://.*")) {
      secrets.add(whole);
      Stream.of(whole.split("[\\s:]+|(?<=whsec_)"))
          .filter(word -> !SIGN.matcher(word).matches())
          .forEach(secrets::add);
    }
  }

  private static String content(SystemRoot root, String macPath) {
    try {
      byte[] bytes = TrustedFile.read(root.resolve(macPath), MAX_BYTES);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException | RefusedPathException e) {
      return ""; // what cannot be read here cannot have been used either
    }
  }
}
