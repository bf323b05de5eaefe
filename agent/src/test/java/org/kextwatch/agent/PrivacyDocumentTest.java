package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.ResolvedSettings.Shown;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.PassiveLook;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventSchemas;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.webhook.Endpoint;
import org.kextwatch.agent.webhook.WebhookConnection;
import org.kextwatch.simulator.SimulatedMac;

/** The page on privacy names everything that leaves a Mac, and what its settings remove. */
final class PrivacyDocumentTest {
  private static final String LOGIN = "/Library/Application Support/Kextwatch/login";
  private static final String KEYS = "/Library/Application Support/Kextwatch/keys";
  private static final String LABEL = "Berlin, third floor";

  /** What the simulated Mac's Defender calls it, and its owner. */
  private static final List<String> IDS =
      List.of(
          "0123456789abcdef0123456789abcdef01234567",
          "3D1F6A52-7B0C-4C7E-8B3B-1E9A5D2C4F60",
          "8f14e45f-ceea-467f-a9d2-7c1b6e5d3a90");

  @TempDir private Path folder;
  private SimulatedMac mac;

  @BeforeEach
  void aMac() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
  }

  @Test
  void eachMemberOfTheSchemasHasARowAndEachRowIsAMember() throws IOException {
    List<String> named = PrivacyPage.fields().stream().map(PrivacyPage.Row::field).toList();
    assertEquals(named.size(), Set.copyOf(named).size(), "one row each");
    Set<String> members = new SchemaMembers(EventSchemas.schemas()).paths();
    assertEquals(Set.of(), without(members, named), "members that agent/docs/privacy.md lacks");
    assertEquals(Set.of(), without(named, members), "rows of what is no member");
  }

  @Test
  void aMemberThatIsAddedIsMissed() {
    Map<String, String> more = new HashMap<>(EventSchemas.schemas());
    more.replaceAll((name, text) -> with(text, "\"healthy\"", "\"mood\""));
    more.computeIfPresent(
        "envelope.json", (name, text) -> with(text, "\"type\"", "\"tracestate\""));
    more.computeIfPresent("events.dropped.json", (n, text) -> with(text, "\"count\"", "\"who\""));
    Set<String> before = new SchemaMembers(EventSchemas.schemas()).paths();
    assertEquals(
        Set.of("status.health.mood", "tracestate", "data.who"),
        without(new SchemaMembers(more).paths(), before));
  }

  private static Set<String> without(Collection<String> these, Collection<String> those) {
    Set<String> left = new TreeSet<>(these);
    left.removeAll(those);
    return left;
  }

  private static String with(String schema, String before, String member) {
    return schema.replaceFirst(
        before + ": \\{", member + ": {\"type\": \"string\"}, " + before + ": {");
  }

  @Test
  void eachRowIsWholeAndNamesSettingsThatThereAre() throws Exception {
    Set<String> settings =
        new SettingsReader(root())
            .read().shown().stream().map(Shown::name).collect(Collectors.toSet());
    for (PrivacyPage.Row row : PrivacyPage.all()) {
      assertEquals(5, row.cells().size(), row::toString);
      assertFalse(row.cells().contains(""), row::toString);
      boolean isAlwaysTold = row.removedBy().equals("–");
      assertTrue(
          isAlwaysTold || row.settings().stream().anyMatch(settings::contains), row::toString);
    }
    for (PrivacyPage.Row row : PrivacyPage.fields()) {
      boolean isForAll = row.field().startsWith("status.");
      assertEquals(isForAll ? "receiver, users" : "receiver", row.seenBy(), row::toString);
    }
  }

  /** Of the types of events one, which has most members. */
  @Test
  void theExamplesMakeAnEventAsTheSchemasWantIt() throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    Map<String, Object> event = new LinkedHashMap<>();
    for (PrivacyPage.Row row : PrivacyPage.fields()) {
      String field = row.field();
      if (field.startsWith("status.")) {
        put(document, field.substring("status.".length()), row.example());
      } else if (!field.startsWith("data.") || field.matches("data\\.(changes|transition)\\b.*")) {
        put(event, field, row.example());
      }
    }
    assertEquals(List.of(), Schemas.flawsOfStatus(Schemas.write(document)));
    put(event, "data.status", Schemas.write(document));
    assertEquals(List.of(), Schemas.flaws(Schemas.write(event)));
  }

  @SuppressWarnings("unchecked") // what is put into it here
  private static void put(Map<String, Object> into, String path, String json) {
    String[] names = path.split("\\.", 2);
    if (names.length == 1) {
      into.put(path, Schemas.parse(json));
      return;
    }
    Map<String, Object> inner;
    if (names[0].endsWith("[]")) {
      String list = names[0].replace("[]", "");
      inner =
          ((List<Map<String, Object>>)
                  into.computeIfAbsent(list, name -> List.of(new LinkedHashMap<>())))
              .get(0);
    } else {
      inner = (Map<String, Object>) into.computeIfAbsent(names[0], name -> new LinkedHashMap<>());
    }
    put(inner, names[1], json);
  }

  @Test
  void aMinimalIdentityReplacesWhatThePageSaysAndNothingNamesTheMac() throws Exception {
    Map<String, String> full = told(Map.of());
    Device device = status(Map.of()).device();
    List<String> names =
        Stream.of(device.serialNumber(), device.hardwareUuid(), device.computerName()).toList();
    assertEquals(PrivacyPage.fieldsOf("deviceIdentity"), holding(full, names));
    assertEquals(Set.of(), holding(told(Map.of("deviceIdentity", "minimal")), names));
  }

  @Test
  void aSerialIdentityRemovesTheComputerNameAndNothingElse() throws Exception {
    Map<String, String> full = told(Map.of());
    Map<String, String> serial = told(Map.of("deviceIdentity", "serial"));
    String name = String.valueOf(full.get("status.device.computerName"));
    assertEquals(Set.of("status.device.computerName"), holding(full, List.of(name)));
    assertEquals(Set.of(), holding(serial, List.of(name)));
    assertEquals("null", serial.get("status.device.computerName"));
    for (String field : PrivacyPage.fieldsOf("deviceIdentity")) {
      if (!field.equals("status.device.computerName")) {
        assertEquals(full.get(field), serial.get(field), field);
      }
    }
  }

  @Test
  void defendersIdsAreToldOnlyIfTheSettingsSaySo() throws Exception {
    assertEquals(Set.of(), holding(told(Map.of()), IDS));
    Set<String> said = PrivacyPage.fieldsOf("includeDefenderIds");
    assertTrue(said.containsAll(holding(told(Map.of("includeDefenderIds", true)), IDS)));
    assertEquals(IDS.size(), holding(told(Map.of("includeDefenderIds", true)), IDS).size());
    assertTrue(said.stream().allMatch(field -> field.startsWith("status.health.defenderIds.")));
  }

  @Test
  void labelsAreWhereThePageSaysAndNowhereElse() throws Exception {
    Map<String, String> told = told(Map.of("labels", Map.of("place", LABEL)));
    assertEquals(PrivacyPage.fieldsOf("labels"), holding(told, List.of(LABEL)));
  }

  @Test
  void eachHeaderOfARequestHasARow() throws Exception {
    Set<String> sent = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          sent.addAll(exchange.getRequestHeaders().keySet());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    try {
      Settings webhook =
          settings(
                  Map.of(
                      "endpoint",
                      "http://127.0.0.1:" + receiver.getAddress().getPort(),
                      "proxy",
                      "none",
                      "authorizationFile",
                      LOGIN,
                      "secretHeadersFile",
                      KEYS,
                      "headers",
                      Map.of("X-Your-Own", "berlin")))
              .webhook();
      secret(LOGIN, "Bearer token");
      secret(KEYS, "X-Your-Key: key");
      WebhookConnection connection = new WebhookConnection(webhook, root(), "0.1.0", Moment.now());
      Endpoint.Ready ready = (Endpoint.Ready) connection.open(Moment.now());
      ready.client().send("evt_1", "{}".getBytes(StandardCharsets.UTF_8), 1);
      ready.client().close();
    } finally {
      receiver.stop(0);
    }
    Set<String> named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    PrivacyPage.headers().forEach(row -> named.add(row.field()));
    assertEquals(named, sent);
  }

  private void secret(String macPath, String content) throws IOException {
    Path file = Files.writeString(mac.path(macPath), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** Every member of an event that this Mac would send with such settings, by its path. */
  private Map<String, String> told(Map<String, Object> settings) throws Exception {
    Status status = status(settings);
    byte[] body =
        new EventWriter()
            .write(
                new EventData.StartedData(status),
                status.device(),
                status.observedAt(),
                "stream",
                1)
            .body()
            .toByteArray();
    Map<String, String> members = new TreeMap<>();
    flatten(Schemas.parse(new String(body, StandardCharsets.UTF_8)), "", members);
    return members;
  }

  private Status status(Map<String, Object> settings) throws Exception {
    return PassiveLook.at(root(), new ToolRunner(root()), settings(settings)).status();
  }

  private Settings settings(Map<String, Object> settings) throws Exception {
    mac.prepareForAgent(settings, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    return new SettingsReader(root()).read().settings();
  }

  private SystemRoot root() throws Exception {
    return SystemRoot.at(mac.root());
  }

  private static void flatten(Object node, String path, Map<String, String> members) {
    if (node instanceof Map<?, ?> map && !path.endsWith(".labels")) {
      map.forEach((name, value) -> flatten(value, path + "." + name, members));
    } else {
      members.put(SchemaMembers.shown(path.substring(1)), String.valueOf(node));
    }
  }

  /** The members that hold one of these texts. */
  private static Set<String> holding(Map<String, String> members, List<String> texts) {
    return members.entrySet().stream()
        .filter(member -> texts.stream().anyMatch(text -> contains(member.getValue(), text)))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean contains(String value, String text) {
    return value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
  }
}
