package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** The document for receivers shows the events that the program makes. */
final class WebhookDocumentTest {
  private static final Path DOCUMENT = Script.AGENT.resolve("docs/webhook.md");
  private static final Pattern EXAMPLE = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL);
  private static final String ID = "evt_01JD8Z6M4X5Q7R9T2V3W4Y6A8B";

  private static Stream<EventData> everyKind() {
    List<Change> changes =
        List.of(
            new Change("verdict", "unknown", "at_risk"),
            new Change("extension.state", null, "awaiting_approval"));
    return Stream.of(
        new EventData.ChangedData(EventSamples.STATUS, changes, Transition.NEW),
        new EventData.StartedData(EventSamples.STATUS),
        new EventData.StoppingData(EventSamples.STATUS, Cause.SIGNAL),
        new EventData.LoadAttemptedData(
            EventSamples.STATUS, EventSamples.ATTEMPT, Trigger.PROMPT_RENEWAL),
        new EventData.DroppedData(17, 40, 24, DropReason.EVICTED),
        new EventData.HeartbeatData(EventSamples.STATUS, 42, 900),
        new EventData.TestData(EventSamples.STATUS));
  }

  @Test
  void itShowsEveryEventAsTheProgramMakesIt() throws IOException {
    List<String> shown =
        EXAMPLE
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map((MatchResult found) -> found.group(1).strip())
            .toList();
    assertEquals(everyKind().map(WebhookDocumentTest::example).toList(), shown);
  }

  @Test
  void itShowsEveryType() {
    assertEquals(List.of(EventType.values()), everyKind().map(EventData::type).sorted().toList());
  }

  @Test
  void theFirstExampleIsWhole() {
    assertEquals(List.of(), Schemas.flaws(example(everyKind().findFirst().orElseThrow())));
  }

  @Test
  void itNamesEveryHeaderAndEveryStatusThatDecides() throws IOException {
    String text = Files.readString(DOCUMENT);
    for (String name :
        List.of(
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "webhook-attempt",
            "401",
            "408",
            "410",
            "413",
            "425",
            "429")) {
      assertTrue(text.contains(name), name);
    }
  }

  /** The first shows the status, which is the same in all. */
  private static String example(EventData data) {
    CloudEvent event =
        data.type().isSpooled() ? EventSamples.event(data, 42) : EventSamples.unnumbered(data);
    @SuppressWarnings("unchecked") // our own document
    Map<String, Object> body = (Map<String, Object>) Schemas.parse(event.body().utf8());
    body.put("id", ID);
    if (data.type() != EventType.STATUS_CHANGED) {
      Map<Object, Object> members = new LinkedHashMap<>((Map<?, ?>) body.get("data"));
      members.replace("status", "the status document, as above");
      body.put("data", members);
    }
    String json =
        new Moshi.Builder()
            .build()
            .adapter(Object.class)
            .serializeNulls()
            .indent("  ")
            .toJson(body);
    return Pattern.compile("(?<=: )-?\\d+\\.\\d+(E\\d+)?")
        .matcher(json)
        .replaceAll(n -> new BigDecimal(n.group()).stripTrailingZeros().toPlainString());
  }
}
