package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.WebhookReceiver;
import org.kextwatch.install.ConcurrentTest;

/** The real daemon while its settings change, or the Mac that it runs on. */
class SettingsIT extends OnAMac {
  private static final String LOCAL = "/Library/Application Support/Kextwatch/config.json";
  private static final String MANAGED = "/Library/Managed Preferences/org.kextwatch.agent.plist";
  private static final String SPOOL = "/private/var/db/kextwatch/spool/";
  private static final Pattern STREAM = Pattern.compile("\"streamid\":\"([^\"]+)\"");

  /** The names of the simulated Mac. */
  private static final List<String> NAMES =
      List.of("C02XK0AAJG5H", "5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34", "Anna");

  /** The ids that its Defender has for it and its owner. */
  private static final List<String> IDS =
      List.of(
          "0123456789abcdef0123456789abcdef01234567",
          "3D1F6A52-7B0C-4C7E-8B3B-1E9A5D2C4F60",
          "8f14e45f-ceea-467f-a9d2-7c1b6e5d3a90");

  @ConcurrentTest
  void anotherEndpointIsUsedWithoutARestart() throws Exception {
    ReceivedEvents elsewhere = new ReceivedEvents();
    try (WebhookReceiver other =
            WebhookReceiver.listen(0, null, (id, time, body, header) -> true, elsewhere::add);
        AgentProcess agent = rig.start()) {
      awaitBlocked();
      rig.settings(Map.of("endpoint", other.address().toString()));
      elsewhere.await("status.heartbeat", "awaiting_approval");
      int before = rig.inbound.ofType("status.heartbeat").size();
      assertTrue(rig.mac.clickAllow());
      elsewhere.await("status.changed", "\"transition\":\"resolved\"");
      assertEquals(before, rig.inbound.ofType("status.heartbeat").size());
      rig.stop(agent);
    }
    assertTrue(log().contains("The settings have changed: [endpoint]"), log());
    assertFalse(log().contains("/hook"), log());
  }

  @ConcurrentTest
  void aBadFileAndARemovedProfileLeaveTheLastGoodSettingsInForce() throws Exception {
    rig.settings(Map.of("labels", Map.of("site", "Berlin")));
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("status.heartbeat", "\"labels\":{\"site\":\"Berlin\"}");

      rig.settings(Map.of("labels", List.of("Paris"), "logLevel", "loud"));
      Delivery bad = rig.inbound.await("status.heartbeat", "logLevel must be");
      assertTrue(bad.body().contains("config.json: labels must be"), bad.body());
      assertTrue(bad.body().contains("\"labels\":{\"site\":\"Berlin\"}"), bad.body());

      rig.settings(Map.of("labels", Map.of("site", "Paris")));
      Delivery good = rig.inbound.await("status.heartbeat", "\"site\":\"Paris\"");
      assertFalse(good.body().contains("must be"), good.body());

      rig.mac.write(
          MANAGED,
          "<plist version=\"1.0\"><dict><key>labels</key><dict><key>owner</key>"
              + "<string>Design</string></dict></dict></plist>");
      rig.inbound.await("status.heartbeat", "\"labels\":{\"owner\":\"Design\"}");

      Files.delete(rig.mac.path(MANAGED));
      Delivery gone = rig.inbound.await("status.heartbeat", "it is missing. Its last values stay");
      assertTrue(gone.body().contains("\"labels\":{\"owner\":\"Design\"}"), gone.body());
      rig.stop(agent);
    }
    assertTrue(log().contains("Settings are refused, the last good ones stay"), log());
    assertEquals(List.of(), rig.inbound.flaws());
  }

  /** A profile that others can write does not count, and the safe values do. */
  @ConcurrentTest
  void aProfileThatIsRefusedAtStartLoadsNothingAndNamesNothing() throws Exception {
    rig.mac.write(MANAGED, "<plist version=\"1.0\"><dict/></plist>");
    StubMac.allow(rig.mac.path(MANAGED), "rw-rw-r--");
    rig.mac.approveByProfile();
    try (AgentProcess agent = rig.start()) {
      Delivery refused =
          rig.inbound.await("status.heartbeat", "Until it is corrected, kextutil does not run");
      NAMES.forEach(name -> assertLacks(refused.body(), name));
      assertEquals(List.of(), rig.mac.calls("kextutil"));
      StubMac.allow(rig.mac.path(MANAGED), "rw-r--r--");
      rig.inbound.await("extension.load_attempted", "\"outcome\":\"loaded\"");
      rig.stop(agent);
    }
  }

  @ConcurrentTest
  void withoutSettingsItOnlyWatches() throws Exception {
    rig.mac.approveByProfile();
    Files.delete(rig.mac.path(LOCAL));
    Script.Ended watched = rig.kextwatch("check");
    assertTrue(
        watched.out().contains("it only watches: deploy a profile, or write {} to config.json"),
        watched::toString);
    assertEquals(List.of(), rig.mac.calls("kextutil"));

    rig.mac.write(LOCAL, "{}");
    rig.kextwatch("check");
    assertEquals(1, rig.mac.calls("kextutil").size());

    rig.mac.write(LOCAL, "{"); // the last good values still count
    Script.Ended shown = rig.kextwatch("config", "show");
    assertTrue(shown.out().contains("it is not valid JSON: line 1"), shown::toString);
    assertTrue(shown.out().contains("its last good values stay in force"), shown::toString);
  }

  @ConcurrentTest
  void anotherMacBeginsItsOwnStreamAndSendsNothingOfTheOldOne() throws Exception {
    rig.settings(Map.of("endpoint", "http://127.0.0.1:1/nobody"));
    try (AgentProcess agent = rig.start()) {
      Patience.until(() -> files("new"), kept -> kept >= 3);
      rig.stop(agent);
    }
    long left = files("new");
    String oldStream = streamOf(SPOOL + "new");

    UUID clone = UUID.fromString("0d1f6a52-7b0c-4c7e-8b3b-1e9a5d2c4f60");
    rig.mac.moveTo(clone);
    rig.settings(Map.of());
    try (AgentProcess agent = rig.start()) {
      Delivery started = rig.inbound.await("agent.started", "urn:uuid:" + clone);
      assertTrue(started.body().contains("belongs to another Mac"), started.body());
      assertTrue(started.body().contains(left + " events of an earlier stream were set aside"));
      awaitBlocked();
      rig.stop(agent);
    }
    assertEquals(left, files("quarantine"));
    String newStream = stream(rig.inbound.stream().get(0).body());
    assertNotEquals(oldStream, newStream);

    try (AgentProcess agent = rig.start()) {
      Patience.until(() -> rig.received("agent.started"), starts -> starts == 2);
      rig.stop(agent);
    }
    assertFalse(rig.inbound.ofType("agent.started").get(1).body().contains("another Mac"));
    assertEquals(
        List.of(newStream),
        rig.inbound.stream().stream().map(event -> stream(event.body())).distinct().toList());
    assertEquals(List.of(), rig.inbound.flaws());
  }

  @ConcurrentTest
  void withAMinimalIdentityNothingNamesTheMacOrItsUser() throws Exception {
    rig.settings(Map.of("deviceIdentity", "minimal", "logLevel", "trace"));
    try (AgentProcess agent = rig.start()) {
      awaitProtection();
      rig.stop(agent);
    }
    String sent = everythingSent();
    NAMES.forEach(name -> assertLacks(sent, name));
    String heartbeat = rig.inbound.ofType("status.heartbeat").get(0).body();
    Matcher subject = Pattern.compile("\"subject\":\"([0-9a-f-]{36})\"").matcher(heartbeat);
    assertTrue(subject.find(), heartbeat);
    assertTrue(heartbeat.contains("\"source\":\"urn:uuid:" + subject.group(1) + "\""), heartbeat);
  }

  @ConcurrentTest
  void theIdsOfDefenderLeaveTheMacOnlyWhileTheSettingsSaySo() throws Exception {
    rig.settings(Map.of("logLevel", "trace"));
    try (AgentProcess agent = rig.start()) {
      awaitProtection();
      String sent = everythingSent();
      IDS.forEach(id -> assertLacks(sent, id));
      String state = Files.readString(rig.mac.path("/private/var/db/kextwatch/state.json"));
      assertLacks(state, IDS.get(0));
      NAMES.forEach(name -> assertTrue(sent.contains(name), name));

      rig.settings(Map.of("includeDefenderIds", true));
      Delivery with = rig.inbound.await("status.heartbeat", IDS.get(2));
      assertTrue(IDS.stream().allMatch(with.body()::contains), with.body());
      rig.settings(Map.of("labels", Map.of("ids", "kept")));
      Delivery without = rig.inbound.await("status.heartbeat", "\"ids\":\"kept\"");
      assertTrue(without.body().contains("\"defenderIds\":null"), without.body());
      rig.stop(agent);
    }
  }

  private void awaitProtection() throws InterruptedException {
    awaitBlocked();
    assertTrue(rig.mac.clickAllow());
    rig.inbound.await("status.changed", "\"transition\":\"resolved\"");
    rig.inbound.await("status.heartbeat", "\"verdict\":\"protected\"");
  }

  /** Every event, the status for everybody, and the log. */
  private String everythingSent() throws IOException {
    StringBuilder sent = new StringBuilder();
    rig.inbound.stream().forEach(event -> sent.append(event.body()).append('\n'));
    rig.inbound.ofType("status.heartbeat").forEach(event -> sent.append(event.body()).append('\n'));
    sent.append(
        Files.readString(rig.mac.path("/Library/Application Support/Kextwatch/status.json")));
    return sent.append(log()).toString();
  }

  private static void assertLacks(String text, String secret) {
    int at = text.toLowerCase(Locale.ROOT).indexOf(secret.toLowerCase(Locale.ROOT));
    assertTrue(at < 0, () -> secret + " in " + text.substring(Math.max(0, at - 200), at + 50));
  }

  private void awaitBlocked() throws InterruptedException {
    rig.inbound.await("status.changed", "\"outcome\":\"policy_blocked\"");
  }

  private String log() throws IOException {
    return Files.readString(rig.mac.path("/Library/Logs/Kextwatch/agent.log"));
  }

  private long files(String name) throws IOException {
    Path spool = rig.mac.path(SPOOL + name);
    if (!Files.isDirectory(spool)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(spool)) {
      return files.count();
    }
  }

  private String streamOf(String macFolder) throws IOException {
    try (Stream<Path> files = Files.list(rig.mac.path(macFolder))) {
      return stream(Files.readString(files.findFirst().orElseThrow()));
    }
  }

  private static String stream(String body) {
    Matcher stream = STREAM.matcher(body);
    assertTrue(stream.find(), body);
    return stream.group(1);
  }
}
