package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.install.ConcurrentTest;

/** What the webhook shows, and what it must not show, of the real program. */
class WebhookIT extends OnAMac {
  private static final String LOGIN = "Canary-Login-7d1f";
  private static final String HEADER = "Canary-Header-93ab";
  private static final String SECRET_HEADER = "Canary-Secret-Header-5d1e";
  private static final String TOKEN = "Canary-Token-e402";

  @ConcurrentTest
  void noSecretIsWrittenAnywhereNorGivenToAnyProcess() throws Exception {
    Path support = rig.mac.root().resolve("Library/Application Support/Kextwatch");
    Path login = Files.writeString(support.resolve("login"), "Bearer " + LOGIN);
    Files.setPosixFilePermissions(login, PosixFilePermissions.fromString("rw-------"));
    Path keys = Files.writeString(support.resolve("keys"), "X-Secret: " + SECRET_HEADER);
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    String endpoint = rig.endpoint() + "?token=" + TOKEN;
    Map<String, Object> settings =
        Map.of(
            "endpoint",
            endpoint,
            "authorizationFile",
            "/Library/Application Support/Kextwatch/login",
            "secretHeadersFile",
            "/Library/Application Support/Kextwatch/keys",
            "headers",
            Map.of("X-Canary", HEADER),
            "logLevel",
            "trace");
    rig.settings(settings);
    // The last good values are the settings once more, as closed as the state.
    Path lastGood = rig.mac.root().resolve("private/var/db/kextwatch/settings.json");
    List<Path> given =
        List.of(login, keys, support.resolve("config.json"), support.resolve("secret"), lastGood);

    StringBuilder seen = new StringBuilder();
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("status.changed", "awaiting_approval");
      ProcessHandle.current()
          .descendants()
          .forEach(process -> seen.append(process.info().commandLine().orElse("")).append('\n'));
      assertTrue(seen.toString().contains(" run"), seen::toString);
      // Where it fails, more is said: here the same is not to be said.
      Files.writeString(login, "Bearer\n" + LOGIN);
      Thread.sleep(1_500);
      Files.writeString(login, "Bearer " + LOGIN);
      Files.writeString(keys, "X-Secret " + SECRET_HEADER);
      Thread.sleep(1_500);
      Files.writeString(keys, "X-Secret: " + SECRET_HEADER);
      rig.settings(Map.of("endpoint", endpoint.replace("http:", "https:")));
      Ended tested = rig.kextwatch("webhook", "test", "--json");
      assertEquals(69, tested.exit(), tested::toString);
      rig.settings(settings);
      seen.append(tested.out()).append(tested.err());
      for (String command : List.of("status", "check")) {
        Ended ended = rig.kextwatch(command, "--json");
        seen.append(ended.out()).append(ended.err());
      }
      rig.stop(agent);
    }
    seen.append(rig.printed());
    rig.inbound.ofType("agent.stopping").forEach(event -> seen.append(event.body()));
    int files = 0;
    for (Path file : writtenBelow(folder)) {
      if (!given.contains(file)) {
        seen.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
        files++;
      }
    }
    assertTrue(files > 5 && seen.length() > 10_000, files + " files, " + seen.length());
    assertTrue(Files.size(log()) > 0, "no log");
    assertEquals(List.of(), found(seen.toString()));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lastGood)));
  }

  /** The search itself must find what is there. */
  @ConcurrentTest
  void everyFormOfASecretWouldBeFound() {
    forms().forEach((name, form) -> assertTrue(found("x" + form + "y").contains(name), name));
  }

  @ConcurrentTest
  void aTestArrivesAndIsNotKept() throws Exception {
    Ended ended = rig.kextwatch("webhook", "test");
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.err());
    assertTrue(ended.out().endsWith("Events are delivered." + System.lineSeparator()), ended::out);
    assertEquals(1, rig.inbound.ofType("webhook.test").size());
    assertEquals(List.of(), rig.inbound.flaws());
  }

  @ConcurrentTest
  void aTestWithoutAnEndpointIsAMatterOfSettings() throws Exception {
    rig.mac.prepareForAgent(Map.of(), "");
    Ended ended = rig.kextwatch("webhook", "test");
    assertEquals(78, ended.exit(), ended::toString);
    assertTrue(ended.out().contains("Set endpoint"), ended::out);
  }

  @ConcurrentTest
  void aTestOfSettingsThatAreRefusedSaysWhy() throws Exception {
    rig.settings(Map.of("healthIntervalSeconds", "often"));
    Ended ended = rig.kextwatch("webhook", "test", "--json");
    assertEquals(78, ended.exit(), ended::toString);
    assertTrue(ended.out().contains("healthIntervalSeconds"), ended::out);
  }

  @ConcurrentTest
  void theStatusDocumentIsAsItsSchemaSays() throws Exception {
    Ended ended = rig.kextwatch("check", "--json", "--no-act", "--no-report");
    assertEquals(1, ended.exit(), ended::toString);
    assertEquals(List.of(), Schemas.flawsOfStatus(ended.out()));
    Path file = rig.mac.root().resolve("Library/Application Support/Kextwatch/status.json");
    assertEquals(List.of(), Schemas.flawsOfStatus(Files.readString(file)));
  }

  private Path log() {
    return rig.mac.root().resolve("Library/Logs/Kextwatch/agent.log");
  }

  private static List<Path> writtenBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static List<String> found(String text) {
    List<String> found = new ArrayList<>();
    forms()
        .forEach(
            (name, form) -> {
              if (text.contains(form)) {
                found.add(name);
              }
            });
    return found;
  }

  /** Each secret as it is, and as a careless program might write it. */
  private static Map<String, String> forms() {
    Map<String, String> forms = new LinkedHashMap<>();
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    secrets.put("key", Base64.getDecoder().decode(Rig.SECRET.substring("whsec_".length())));
    secrets.put("login", LOGIN.getBytes(StandardCharsets.UTF_8));
    secrets.put("header", HEADER.getBytes(StandardCharsets.UTF_8));
    secrets.put("secret header", SECRET_HEADER.getBytes(StandardCharsets.UTF_8));
    secrets.put("token", TOKEN.getBytes(StandardCharsets.UTF_8));
    secrets.forEach(
        (name, bytes) -> {
          String hex = HexFormat.of().formatHex(bytes);
          String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
          String raw = new String(bytes, StandardCharsets.ISO_8859_1);
          forms.put(name, raw);
          forms.put(name + " in base64", base64.substring(0, base64.length() - 2));
          forms.put(name + " in hex", hex);
          forms.put(name + " in HEX", hex.toUpperCase(Locale.ROOT));
          String url = URLEncoder.encode(raw, StandardCharsets.ISO_8859_1);
          if (!url.equals(raw)) {
            forms.put(name + " for a URL", url);
          }
        });
    forms.put("secret for a URL", URLEncoder.encode(Rig.SECRET, StandardCharsets.UTF_8));
    return forms;
  }
}
