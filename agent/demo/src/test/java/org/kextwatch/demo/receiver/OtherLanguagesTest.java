package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;

/** The verifiers of docs/webhook.md, run as they are written there. */
final class OtherLanguagesTest {
  @TempDir private Path folder;

  /** A language, and a driver in it that tells of each line whether its signature holds. */
  enum Language {
    PYTHON(
        "python3",
        "receive.py",
        """
        import base64
        from receive import receive
        for line in open("lines"):
            secret, id, moment, signature, body = line.rstrip("\\n").split("\\t")
            headers = {"webhook-id": id, "webhook-timestamp": moment,
                       "webhook-signature": signature}
            print(str(receive(secret, headers, base64.b64decode(body))).lower())
        """),

    /** Its package is npm's standardwebhooks 1.1.1. */
    JAVASCRIPT(
        "node",
        "receive.mjs",
        """
        import { readFileSync } from "node:fs"
        import { WebhookVerificationError } from "standardwebhooks"
        import { receive } from "./receive.mjs"
        for (const line of readFileSync("lines", "utf8").split("\\n").slice(0, -1)) {
          const [secret, id, moment, signature, body] = line.split("\\t")
          const headers = { "webhook-id": id, "webhook-timestamp": moment,
            "webhook-signature": signature }
          try {
            receive(secret, headers, Buffer.from(body, "base64").toString("utf8"))
            console.log(true)
          } catch (e) {
            if (!(e instanceof WebhookVerificationError)) throw e
            console.log(false)
          }
        }
        """);

    private final String program;
    private final String verifier;
    private final String driver;

    Language(String program, String verifier, String driver) {
      this.program = program;
      this.verifier = verifier;
      this.driver = driver;
    }
  }

  @Test
  void theOneInJavaVerifies() throws Exception {
    Path source = Files.writeString(folder.resolve("Receive.java"), snippet("java"));
    String path = System.getProperty("java.class.path");
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", path, "-proc:none", source.toString()));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Method receive =
          loader
              .loadClass("Receive")
              .getMethod("receive", String.class, HttpHeaders.class, String.class);
      RandomEvents random = new RandomEvents(7);
      Signed right = Signed.of(random.secret(), random.next(), Instant.now().getEpochSecond());
      HttpHeaders headers =
          HttpHeaders.of(
              Map.of(
                  "webhook-id", List.of(right.id()),
                  "webhook-timestamp", List.of("" + right.timestamp()),
                  "webhook-signature", List.of(right.signature())),
              (name, value) -> true);
      receive.invoke(null, right.secret(), headers, right.body());
      assertThrows(
          InvocationTargetException.class,
          () -> receive.invoke(null, right.secret(), headers, right.body() + " "));
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void aThousandAreVerified(Language language) throws Exception {
    assertEquals(
        Collections.nCopies(EventCorpus.EVENTS, "true"),
        verdicts(language, new EventCorpus(7).events()));
  }

  static Stream<Arguments> nothingThatWasTouchedIsAccepted() {
    return new EventCorpus(7)
        .kinds().stream()
            .flatMap(
                kind -> Stream.of(Language.values()).map(language -> Arguments.of(language, kind)));
  }

  @ParameterizedTest
  @MethodSource
  @Tag("soak")
  void nothingThatWasTouchedIsAccepted(Language language, String kind) throws Exception {
    assertEquals(
        Collections.nCopies(EventCorpus.EVENTS, "false"),
        verdicts(language, new EventCorpus(7).touched(kind)));
  }

  private List<String> verdicts(Language language, List<Signed> signed) throws Exception {
    if (language == Language.JAVASCRIPT) {
      Files.createSymbolicLink(folder.resolve("node_modules"), nodeModules());
    }
    Files.writeString(
        folder.resolve(language.verifier), snippet(language.name().toLowerCase(Locale.ROOT)));
    String extension = language.verifier.replaceFirst(".*\\.", "");
    Path driver = Files.writeString(folder.resolve("driver." + extension), language.driver);
    Files.write(folder.resolve("lines"), signed.stream().map(Signed::line).toList());
    Script.Ended ended =
        Script.run(folder, Map.of("PATH", System.getenv("PATH")), language.program, driver);
    assertEquals("", ended.err());
    return ended.out().lines().toList();
  }

  /** From the registry once, by npm as it is set up here: that may be in its environment. */
  private static Path nodeModules() throws Exception {
    Path home = Files.createDirectories(Script.AGENT.resolve("target/node"));
    Path modules = home.resolve("node_modules");
    if (!Files.isDirectory(modules.resolve("standardwebhooks"))) {
      Script.Ended npm =
          Script.run(
              home,
              System.getenv(),
              "npm install --no-save --ignore-scripts --fetch-retries=1 --fetch-timeout=30000",
              "--prefix",
              ".",
              "standardwebhooks@1.1.1");
      assertEquals(0, npm.exit(), () -> "npm must be here and reach its registry: " + npm);
    }
    return modules;
  }

  private static String snippet(String language) throws IOException {
    String text = Files.readString(Script.AGENT.resolve("docs/webhook.md"));
    Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL).matcher(text);
    if (!block.find()) {
      throw new AssertionError("docs/webhook.md has no " + language);
    }
    return block.group(1);
  }
}
