package org.kextwatch.agent.receiver;

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
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;

/** The verifiers of docs/webhook.md, run as they are written there. */
final class OtherLanguagesTest {
  private static final int EVENTS = 1_000;
  private static final Path NODE = Script.AGENT.resolve("target/node");

  @TempDir private Path folder;

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
      Signed right = events().get(0);
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

  @Test
  @Tag("soak")
  void theOneInPythonVerifiesAThousand() throws Exception {
    Files.writeString(folder.resolve("receive.py"), snippet("python"));
    Path driver =
        Files.writeString(
            folder.resolve("driver.py"),
            """
            import base64
            from receive import receive
            for line in open("lines"):
                secret, id, moment, signature, body = line.rstrip("\\n").split("\\t")
                headers = {"webhook-id": id, "webhook-timestamp": moment,
                           "webhook-signature": signature}
                body = base64.b64decode(body)
                print(receive(secret, headers, body), receive(secret, headers, body + b" "))
            """);
    assertVerdicts("True False", "python3", driver);
  }

  /** The package is npm's standardwebhooks 1.1.1. */
  @Test
  @Tag("soak")
  void theOneInJavaScriptVerifiesAThousand() throws Exception {
    Files.createDirectories(NODE);
    Script.Ended npm =
        Script.run(
            NODE,
            Map.of("PATH", System.getenv("PATH"), "HOME", System.getProperty("user.home")),
            "npm install --silent --no-save --ignore-scripts --prefix . standardwebhooks@1.1.1");
    assertEquals(0, npm.exit(), () -> "npm must be here and reach its registry: " + npm);
    Files.writeString(NODE.resolve("receive.mjs"), snippet("javascript"));
    Path driver =
        Files.writeString(
            NODE.resolve("driver.mjs"),
            """
            import { readFileSync } from "node:fs"
            import { receive } from "./receive.mjs"
            for (const line of readFileSync("lines", "utf8").trimEnd().split("\\n")) {
              const [secret, id, moment, signature, base64] = line.split("\\t")
              const body = Buffer.from(base64, "base64").toString("utf8")
              const headers = { "webhook-id": id, "webhook-timestamp": moment,
                "webhook-signature": signature }
              const holds = (text) => {
                try {
                  return Boolean(receive(secret, headers, text))
                } catch (e) {
                  return false
                }
              }
              console.log(holds(body) + " " + holds(body + " "))
            }
            """);
    assertVerdicts("true false", "node", driver);
  }

  private void assertVerdicts(String each, String program, Path driver) throws Exception {
    List<String> lines = events().stream().map(Signed::line).toList();
    Files.write(folder.resolve("lines"), lines);
    Script.Ended ended = Script.run(folder, Map.of("PATH", System.getenv("PATH")), program, driver);
    assertEquals("", ended.err());
    assertEquals(
        IntStream.range(0, EVENTS).mapToObj(i -> each).toList(), ended.out().lines().toList());
  }

  private static List<Signed> events() {
    RandomEvents random = new RandomEvents(7);
    long now = Instant.now().getEpochSecond();
    return IntStream.range(0, EVENTS)
        .mapToObj(i -> Signed.of(random.secret(), random.next(), now))
        .toList();
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
