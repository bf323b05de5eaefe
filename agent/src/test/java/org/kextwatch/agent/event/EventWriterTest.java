package org.kextwatch.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventData.StoppingData;
import org.kextwatch.agent.event.EventData.TestData;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

final class EventWriterTest {
  private static final ChangedData CHANGED =
      new ChangedData(
          EventSamples.STATUS,
          List.of(
              new Change("verdict", null, "at_risk"),
              new Change("extension.lastAttempt.outcome", null, Outcome.POLICY_BLOCKED)),
          Transition.NEW);

  private static final HeartbeatData HEARTBEAT = new HeartbeatData(EventSamples.STATUS, 42, 900);

  private final EventWriter writer = new EventWriter();

  @Test
  void theBodyHasTheMembersOfTheDesignInTheirOrder() throws IOException {
    assertEquals(
        List.of(
            "specversion",
            "id",
            "source",
            "type",
            "time",
            "timestamp",
            "subject",
            "datacontenttype",
            "dataschema",
            "streamid",
            "sequence",
            "text",
            "data"),
        List.copyOf(body(numbered(CHANGED)).keySet()));
  }

  @Test
  void theBodyIsACloudEventAndAWebhookPayload() throws IOException {
    CloudEvent event = numbered(CHANGED);
    Map<?, ?> body = body(event);
    assertEquals("1.0", body.get("specversion"));
    assertEquals(event.id(), body.get("id"));
    assertEquals("urn:uuid:5f2c1c3e-8a54-4d58-9d6e-0b8f4b6f2a11", body.get("source"));
    assertEquals("org.kextwatch.status.changed", body.get("type"));
    assertEquals("2026-11-23T18:45:17.042Z", body.get("time"));
    assertEquals("2026-11-23T18:45:17.042Z", body.get("timestamp"));
    assertEquals("C02XK0AAJG5H", body.get("subject"));
    assertEquals("application/json", body.get("datacontenttype"));
    assertEquals("urn:kextwatch:schema:1:status.changed", body.get("dataschema"));
    assertEquals(EventSamples.STREAM, body.get("streamid"));
    assertEquals("0000000000000042", body.get("sequence"));
    assertEquals(EventSamples.STATUS.summary(), body.get("text"));
  }

  @Test
  void idsAreFreshAndFitForAHeader() {
    CloudEvent one = numbered(CHANGED);
    CloudEvent other = numbered(CHANGED);
    assertTrue(one.id().matches("evt_[0-9A-HJKMNP-TV-Z]{26}"), one.id());
    assertFalse(one.id().equals(other.id()));
  }

  @Test
  void whatIsNotKnownOfTheDeviceIsLeftOut() throws IOException {
    CloudEvent event =
        writer.write(
            CHANGED, EventSamples.UNKNOWN_DEVICE, EventSamples.NOW, EventSamples.STREAM, 1);
    Map<?, ?> body = body(event);
    assertFalse(body.containsKey("subject"));
    assertEquals("urn:kextwatch:unknown", body.get("source"));
    assertFalse(body.containsValue(null));
    assertEquals(List.of(), Schemas.flaws(event.body().utf8()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not a uuid", "5F2C1C3E", "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A1\n"})
  void anOddHardwareUuidNeverBecomesPartOfTheSource(String uuid) throws IOException {
    Device odd = new Device("", uuid, null, null, null, null, null, Device.Mdm.UNKNOWN, Map.of());
    Map<?, ?> body = body(writer.write(CHANGED, odd, EventSamples.NOW, EventSamples.STREAM, 1));
    assertEquals("urn:kextwatch:unknown", body.get("source"));
    assertFalse(body.containsKey("subject"));
  }

  @Test
  void aHeartbeatNamesItsStreamAndHasNoNumberInIt() throws IOException {
    CloudEvent event = EventSamples.unnumbered(HEARTBEAT);
    assertNull(event.sequence());
    assertEquals(EventSamples.STREAM, event.streamId());
    assertEquals(EventSamples.STREAM, body(event).get("streamid"));
    assertFalse(body(event).containsKey("sequence"));
  }

  @Test
  void aTestBelongsToNoStream() throws IOException {
    CloudEvent event = EventSamples.test();
    assertNull(event.sequence());
    assertNull(event.streamId());
    assertFalse(body(event).containsKey("streamid"));
    assertFalse(body(event).containsKey("sequence"));
  }

  @Test
  void aHeartbeatOrTestTakesNoNumber() {
    assertThrows(IllegalArgumentException.class, () -> numbered(HEARTBEAT));
    assertThrows(IllegalArgumentException.class, () -> numbered(new TestData(EventSamples.STATUS)));
  }

  static Stream<Data> dataHasTheMembersOfTheDesign() {
    return Stream.of(
        new Data(new StartedData(EventSamples.STATUS), "org.kextwatch.agent.started", "status"),
        new Data(
            new StoppingData(EventSamples.STATUS, Cause.UPGRADE),
            "org.kextwatch.agent.stopping",
            "status cause"),
        new Data(CHANGED, "org.kextwatch.status.changed", "status changes transition"),
        new Data(
            new LoadAttemptedData(
                EventSamples.STATUS, EventSamples.ATTEMPT, Trigger.PROMPT_RENEWAL),
            "org.kextwatch.extension.load_attempted",
            "status attempt trigger"),
        new Data(
            new DroppedData(1, 4, 3, DropReason.EVICTED),
            "org.kextwatch.events.dropped",
            "fromSequence toSequence count reason"),
        new Data(
            HEARTBEAT, "org.kextwatch.status.heartbeat", "status lastSequence intervalSeconds"),
        new Data(new TestData(EventSamples.STATUS), "org.kextwatch.webhook.test", "status"));
  }

  record Data(EventData data, String type, String members) {}

  @ParameterizedTest
  @MethodSource
  void dataHasTheMembersOfTheDesign(Data expected) throws IOException {
    EventData data = expected.data();
    CloudEvent event = data.type().isSpooled() ? numbered(data) : EventSamples.unnumbered(data);
    Map<?, ?> body = body(event);
    assertEquals(expected.type(), body.get("type"));
    Map<?, ?> members = (Map<?, ?>) body.get("data");
    assertEquals(List.of(expected.members().split(" ")), List.copyOf(members.keySet()));
    String text = (String) body.get("text");
    assertTrue(text.endsWith(".") && text.contains("C02XK0AAJG5H"), text);
    assertEquals(List.of(), Schemas.flaws(event.body().utf8()));
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsFoundByItsName(EventType type) {
    assertEquals(type, EventType.named(type.fullName()).orElseThrow());
  }

  @Test
  void otherNamesAreNoType() {
    assertTrue(EventType.named("status.changed").isEmpty());
    assertTrue(EventType.named("org.kextwatch.status.improved").isEmpty());
  }

  @Test
  void aKeptEventCanBeReadAgain() throws IOException {
    CloudEvent event = numbered(CHANGED);
    SpooledEvent read = SpooledEvent.read(event.body().toByteArray());
    assertEquals(event.id(), read.id());
    assertEquals(EventType.STATUS_CHANGED, read.type());
    assertEquals(EventSamples.STREAM, read.streamId());
    assertEquals(42, read.sequence());
    assertEquals(EventSamples.NOW, read.time());
    assertNull(read.loss());
    assertEquals(
        List.of(
            new Change("verdict", null, "at_risk"),
            new Change("extension.lastAttempt.outcome", null, "policy_blocked")),
        ((ChangedData) read.data()).changes());
  }

  @ParameterizedTest
  @MethodSource("kept")
  void whatAKeptEventTellsCanBeReadAgain(EventData data) throws IOException {
    assertEquals(data, SpooledEvent.read(numbered(data).body().toByteArray()).data());
  }

  static List<EventData> kept() {
    return List.of(
        new StartedData(EventSamples.STATUS),
        new StoppingData(EventSamples.BLIND_STATUS, Cause.UPGRADE),
        new ChangedData(
            EventSamples.STATUS,
            List.of(new Change("health.issues", List.of(), List.of("a", "b"))),
            Transition.CHANGED),
        new LoadAttemptedData(EventSamples.STATUS, EventSamples.ATTEMPT, Trigger.APPROVED),
        new DroppedData(1, 4, 3, DropReason.CORRUPT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"org.kextwatch.status.changed", "0000000000000042", "\"data\""})
  void aBodyThatIsNotUnderstoodIsAnIoException(String part) {
    String odd = numbered(CHANGED).body().utf8().replace(part, part.replace('a', 'x') + " x\"");
    assertThrows(IOException.class, () -> SpooledEvent.read(odd.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aNumberThatIsNoneIsAnIoException() {
    String odd = numbered(CHANGED).body().utf8().replace("0000000000000042", "00000000000000zz");
    assertThrows(IOException.class, () -> SpooledEvent.read(odd.getBytes(StandardCharsets.UTF_8)));
  }

  private CloudEvent numbered(EventData data) {
    return writer.write(data, EventSamples.DEVICE, EventSamples.NOW, EventSamples.STREAM, 42);
  }

  private static Map<?, ?> body(CloudEvent event) throws IOException {
    return (Map<?, ?>) Json.read(Object.class, event.body().toByteArray());
  }
}
