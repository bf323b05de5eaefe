package org.kextwatch.agent.doctor;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.MemoryFolder;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * What leaves the Mac in a support archive: a secret is put into any text, in any form. The first
 * byte stands for the secret, the second for its form.
 */
public final class RedactionFuzz {
  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  /** The files that settings name, and what is in them. No two share a word. */
  private static final Map<String, String> FILES =
      Map.of(
          "secretFile", "whsec_" + KEY,
          "authorizationFile", "Bearer t0kenAAA/bbb+x==",
          "secretHeadersFile", "X-Secret: 0therSecret9\nX-Other: Key an0ther\"One\"",
          "proxyCredentialsFile", "pr0xyuser:p\"ss\\w\u00f6rd",
          "clientKeystorePasswordFile", "phr4se: uno duo tres");

  /** What must not be in the text, each as a whole. */
  private static final List<String> KNOWN =
      List.of(
          KEY,
          "t0kenAAA/bbb+x==",
          "0therSecret9",
          "an0ther\"One\"",
          "p\"ss\\w\u00f6rd",
          "pr0xyuser",
          "phr4se: uno duo tres",
          "h3ader \\Value",
          "C4NARYSERIAL1",
          "C4NA41DE-8A54-4D58-9D6E-0B8F4B6F2A11",
          "C4na's \"Mac\"");

  private static final List<UnaryOperator<String>> FORMS =
      List.of(
          UnaryOperator.identity(),
          RedactionFuzz::inJson,
          secret -> URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"),
          secret -> Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));

  /** What looks like a secret, whatever it stands in; the mark must go. */
  private static final List<String> UNKNOWN =
      List.of(
          " https://fleet.example.com/hooks/Q7ZEBRA",
          " https://fleet.example.com:8443/a?t=Q7ZEBRA",
          " https://[::ffff:10.0.0.1]/hooks/Q7ZEBRA",
          " https://\u00fcbung.example/Q7ZEBRA",
          " https://user:p@Q7ZEBRA@fleet.example.com/x",
          "xhttps://fleet.example.com/it's/Q7ZEBRA",
          " HTTP://Q7ZEBRA@10.0.0.1",
          " whsec_Q7ZEBRA",
          " Bearer Q7ZEBRA",
          " Authorization: Q7ZEBRA",
          "\"Proxy-Authorization\":\"Basic Q7ZEBRA\"",
          " /Users/Q7ZEBRA/Library",
          " /users//Q7ZEBRA/Library",
          " /Users/Shared-Q7ZEBRA/x");

  private static final Redaction REDACTION = redaction();

  private RedactionFuzz() {}

  public static List<FuzzTarget> targets() {
    String log =
        """
        2026-11-26T12:00:00.000Z warn WebhookClient: posted to https://fleet.example.com/hooks/x?y=z
        Authorization: Bearer abcdefgh, proxy-authorization = "Basic dXNlcjpwYXNz"
        {"warnings":["secretFile: /Users/anna/secret, https:\\/\\/a.example"],"labels":{"a":"b"}}
        """;
    List<String> seeds =
        FORMS.stream()
            .flatMap(form -> KNOWN.stream().map(one -> log + form.apply(one) + "\n"))
            .map(text -> "\1\1" + text)
            .toList();
    return List.of(FuzzTarget.ofText("redaction", seeds, RedactionFuzz::redacted));
  }

  private static void redacted(String input) {
    int first = input.isEmpty() ? 0 : input.charAt(0);
    int second = input.length() < 2 ? 0 : input.charAt(1);
    String context = input.substring(Math.min(2, input.length()));
    int at = Math.floorMod(31 * first + second + context.hashCode(), context.length() + 1);
    String before = context.substring(0, at);
    String after = context.substring(at);

    if (second % 2 == 1) {
      unknownIsGone(UNKNOWN.get(first % UNKNOWN.size()), context.replace("Q7ZEBRA", ""));
      return;
    }
    String secret = KNOWN.get(first % KNOWN.size());
    String form = FORMS.get(second / 2 % FORMS.size()).apply(secret);
    isGone(form, REDACTION.of(before + form + after));
    isGone(inJson(secret), REDACTION.of(inJson(before + secret + after)));
    if (isIdentity(secret)) {
      String small = secret.toLowerCase(Locale.ROOT);
      isGone(small, REDACTION.of(before + small + after));
    }
  }

  private static void unknownIsGone(String unknown, String context) {
    String left = REDACTION.of(context + unknown);
    isGone("Q7ZEBRA", left);
    isGone("Q7ZEBRA", REDACTION.of(unknown + "\n" + context));
    check(left.length() <= 4 * context.length() + 1_000, "much longer than it was");
  }

  /** Serial number and UUID are the same in small letters. */
  private static boolean isIdentity(String secret) {
    return secret.matches("C4NA[A-Z0-9-]+");
  }

  private static void isGone(String secret, String text) {
    check(!text.contains(secret), "there is " + secret + " left in " + text);
  }

  private static String inJson(String text) {
    String quoted = Json.text(text);
    return quoted.substring(1, quoted.length() - 1);
  }

  private static Redaction redaction() {
    Path folder = MemoryFolder.make();
    StringBuilder settings = new StringBuilder("{");
    FILES.forEach(
        (name, content) -> {
          write(folder.resolve((SUPPORT + name).substring(1)), content);
          settings.append("\"%s\":\"%s\",".formatted(name, SUPPORT + name));
        });
    settings.append(
        "\"endpoint\":\"https://fleet.example.com/hooks/C4NARY-path?t=C4NARY-query\","
            + "\"headers\":{\"X-Key\":\"h3ader \\\\Value\"},\"deviceIdentity\":\"minimal\"}");
    write(folder.resolve((SUPPORT + "config.json").substring(1)), settings.toString());
    try {
      SystemRoot root = SystemRoot.at(folder);
      return Redaction.of(
          root,
          new SettingsReader(root).read().settings(),
          new Hardware(
              "C4NARYSERIAL1",
              "C4NA41DE-8A54-4D58-9D6E-0B8F4B6F2A11",
              "MacBookPro15,1",
              "x86_64",
              "C4na's \"Mac\"",
              null));
    } catch (RefusedPathException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, String content) {
    MemoryFolder.write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
