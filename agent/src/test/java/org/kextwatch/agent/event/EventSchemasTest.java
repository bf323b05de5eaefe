package org.kextwatch.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.Verdict;

/** The published schemas say what the program does, and notice when it does not. */
final class EventSchemasTest {
  private static final List<Change> CHANGES =
      List.of(
          new Change("verdict", null, "at_risk"),
          new Change("extension.loaded", true, false),
          new Change("health.issues", List.of(), List.of("no real time protection")));
  private static final String CHANGED =
      new EventWriter()
          .write(
              new ChangedData(EventSamples.STATUS, CHANGES, Transition.NEW),
              EventSamples.DEVICE,
              EventSamples.NOW,
              EventSamples.STREAM,
              42)
          .body()
          .utf8();

  static Stream<Arguments> theWordsOfTheSchemasAreThoseOfTheProgram() {
    String status = "status.json#properties/";
    return Stream.of(
        Arguments.of(Verdict.class, status + "verdict"),
        Arguments.of(Reason.class, status + "reason"),
        Arguments.of(Reachability.class, status + "health/properties/reachability"),
        Arguments.of(ExtensionKind.class, status + "extension/properties/kind"),
        Arguments.of(ExtensionState.class, status + "extension/properties/state"),
        Arguments.of(Grant.class, status + "extension/properties/grant"),
        Arguments.of(Outcome.class, "status.json#$defs/attempt/properties/outcome"),
        Arguments.of(Cause.class, "agent.stopping.json#properties/data/properties/cause"),
        Arguments.of(Transition.class, "status.changed.json#properties/data/properties/transition"),
        Arguments.of(
            Trigger.class, "extension.load_attempted.json#properties/data/properties/trigger"),
        Arguments.of(DropReason.class, "events.dropped.json#properties/data/properties/reason"));
  }

  @ParameterizedTest
  @MethodSource
  void theWordsOfTheSchemasAreThoseOfTheProgram(Class<? extends Enum<?>> words, String at) {
    List<String> expected = Stream.of(words.getEnumConstants()).map(EnumWord::of).toList();
    assertEquals(expected, ((Map<?, ?>) schemaAt(at)).get("enum"));
  }

  @Test
  void everyEnumOfTheSchemasIsHeldByTheTestAbove() {
    long enums =
        EventSchemas.schemas().values().stream().mapToLong(EventSchemasTest::countOfOwnEnums).sum();
    assertEquals(theWordsOfTheSchemasAreThoseOfTheProgram().count(), enums);
  }

  /** Not those of the shared schemas in it. */
  private static long countOfOwnEnums(String text) {
    int shared = text.indexOf("\"envelope\": {");
    String own = shared < 0 ? text : text.substring(0, shared);
    return Pattern.compile("\"enum\"").matcher(own).results().count();
  }

  @Test
  void everySchemaIsAUrnAndRefersToNoOther() {
    EventSchemas.schemas()
        .forEach(
            (file, text) -> {
              Map<?, ?> schema = (Map<?, ?>) Schemas.parse(text);
              assertEquals("urn:kextwatch:schema:1:" + file, schema.get("$id") + ".json");
              assertEquals(2, text.split("\"\\$id\"", -1).length, "no other is named in " + file);
              assertFalse(
                  Pattern.compile("\"\\$ref\": \"(?!#/\\$defs/)").matcher(text).find(), text);
            });
  }

  @Test
  void everyTypeHasASchemaOfItsName() {
    Map<String, String> schemas = EventSchemas.schemas();
    assertEquals(EventType.values().length + 2, schemas.size());
    for (EventType type : EventType.values()) {
      assertTrue(schemas.get(type.schemaFile()).contains("\"$id\": \"" + type.schema() + '"'));
      assertTrue(schemas.get(type.schemaFile()).contains("\"const\": \"" + type.fullName() + '"'));
    }
  }

  @Test
  void aStatusOfWhichHardlyAnythingIsKnownIsAStatus() {
    for (var status : List.of(EventSamples.STATUS, EventSamples.BLIND_STATUS)) {
      String document = new String(Json.write(status), StandardCharsets.UTF_8);
      assertEquals(List.of(), Schemas.flawsOfStatus(document));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"verdict\":\"at_risk\"      | \"verdict\":\"risky\"",
        "\"verdict\":\"at_risk\"      | \"verdict\":null",
        "\"verdict\":\"at_risk\"      | \"judgement\":\"at_risk\"",
        "\"state\":\"awaiting_approval\" | \"state\":\"AWAITING_APPROVAL\"",
        "\"outcome\":\"policy_blocked\" | \"outcome\":\"blocked\"",
        "\"healthy\":false            | \"healthy\":\"false\"",
        "\"healthy\":false            | \"isHealthy\":false",
        "\"exitCode\":27              | \"exitCode\":27.5",
        "\"pendingEvents\":3          | \"pendingEvents\":-3",
        "\"schema\":1                 | \"schema\":2",
        "\"transition\":\"new\"       | \"transition\":\"worse\"",
        "\"transition\":\"new\"       | \"change\":\"new\"",
        "\"sequence\":\"0000000000000042\" | \"sequence\":\"42\"",
        "\"sequence\":\"0000000000000042\" | \"sequence\":42",
        "\"sequence\":\"0000000000000042\" | \"number\":\"0000000000000042\"",
        "\"streamid\"                 | \"streamId\"",
        "\"specversion\":\"1.0\"      | \"specversion\":\"0.3\"",
        "\"id\":\"evt_                | \"id\":\"evt-",
        "\"source\":\"urn:uuid:       | \"source\":\"uuid:",
        "\"type\":\"org.kextwatch.status.changed\" | \"type\":\"org.kextwatch.agent.started\"",
        "\"time\":\"2026-11-23T18:45:17.042Z\" | \"time\":\"2026-11-23T18:45:17Z\"",
        "\"time\":\"2026-11-23T18:45:17.042Z\" | \"time\":\"2026-13-23T18:45:17.042Z\"",
        "\"timestamp\":\"2026-11-23T18:45:17.042Z\" | \"timestamp\":1795891517",
        "\"datacontenttype\":\"application/json\" | \"datacontenttype\":\"text/json\"",
        "\"subject\":\"C02XK0AAJG5H\" | \"subject\":null",
        "\"text\":                    | \"words\":",
        "\"changes\":[                | \"changes\":[{\"field\":\"x\",\"from\":1},",
      })
  void whatIsOtherwiseIsNoticed(String right, String wrong) {
    assertEquals(List.of(), Schemas.flaws(CHANGED));
    assertTrue(CHANGED.contains(right), right);
    assertFalse(Schemas.flaws(CHANGED.replaceFirst(quote(right), wrong)).isEmpty());
  }

  @Test
  void noMemberMayBeMissing() {
    List<String> unnoticed = new ArrayList<>();
    eachWithoutOneMember(
        Schemas.parse(CHANGED),
        "",
        (path, body) -> {
          if (Schemas.flaws(body).isEmpty()) {
            unnoticed.add(path);
          }
        });
    // A Mac may not report its serial number, the labels are the operator's, and 0.1.0 had fewer.
    assertEquals(
        List.of(
            ".subject",
            ".data.status.verdictSince",
            ".data.status.device.labels.site",
            ".data.status.agent.resources",
            ".data.status.agent.runtime",
            ".data.status.agent.resources.cpuSeconds",
            ".data.status.agent.resources.residentBytes",
            ".data.status.agent.resources.wakeUps",
            ".data.status.agent.runtime.version",
            ".data.status.agent.runtime.released",
            ".data.status.health.expiresAt",
            ".data.status.health.expiresSoon",
            ".data.status.health.releaseRing",
            ".data.status.health.tamperProtection"),
        unnoticed);
  }

  @Test
  void receiversDoNotMindWhatIsAddedButWeDo() {
    String more = CHANGED.replace("\"verdict\":", "\"mood\":\"good\",\"verdict\":");
    assertEquals(List.of(), Schemas.flawsToReceivers("status.changed", more));
    assertFalse(Schemas.flaws(more).isEmpty());
    String extended = CHANGED.replace("\"text\":", "\"traceparent\":\"00\",\"text\":");
    assertEquals(List.of(), Schemas.flawsToReceivers("status.changed", extended));
    assertFalse(Schemas.flaws(extended).isEmpty());
  }

  /** Those of 0.1.0 name none. */
  @Test
  void aHeartbeatMayNameItsStreamAndHasNoNumber() {
    String heartbeat = EventSamples.heartbeat(EventSamples.NOW).body().utf8();
    assertEquals(List.of(), Schemas.flaws(heartbeat));
    String stream = "\"streamid\":\"" + EventSamples.STREAM + "\",";
    assertTrue(heartbeat.contains(stream), heartbeat);
    assertEquals(List.of(), Schemas.flaws(heartbeat.replace(stream, "")));
    String number = "\"sequence\":\"0000000000000001\",";
    assertFalse(Schemas.flaws(heartbeat.replace(stream, stream + number)).isEmpty());
  }

  @Test
  void aNumberBelongsToEventsOfAStreamAlone() {
    String test = EventSamples.test().body().utf8();
    assertEquals(List.of(), Schemas.flaws(test));
    assertFalse(
        Schemas.flaws(
                test.replaceFirst(
                    "\"text\":", "\"streamid\":\"s\",\"sequence\":\"0000000000000001\",\"text\":"))
            .isEmpty());
  }

  private static String quote(String text) {
    return Pattern.quote(text);
  }

  private static Object schemaAt(String place) {
    String[] parts = place.split("#", 2);
    Object at = Schemas.parse(EventSchemas.schemas().get(parts[0]));
    for (String name : parts[1].split("/", -1)) {
      at = ((Map<?, ?>) at).get(name);
    }
    return at;
  }

  private interface Visitor {
    void see(String path, String body);
  }

  /** The document is written again without each member in turn. */
  private static void eachWithoutOneMember(Object whole, String path, Visitor visitor) {
    walk(whole, path, whole, visitor);
  }

  @SuppressWarnings("unchecked") // as Moshi reads JSON
  private static void walk(Object node, String path, Object whole, Visitor visitor) {
    if (node instanceof List<?> list) {
      list.forEach(item -> walk(item, path + "[]", whole, visitor));
    }
    if (node instanceof Map<?, ?>) {
      Map<String, Object> map = (Map<String, Object>) node;
      Map<String, Object> all = new LinkedHashMap<>(map);
      for (String name : all.keySet()) {
        map.remove(name);
        visitor.see(path + "." + name, Schemas.write(whole));
        map.clear();
        map.putAll(all);
      }
      all.forEach((name, value) -> walk(value, path + "." + name, whole, visitor));
    }
  }
}
