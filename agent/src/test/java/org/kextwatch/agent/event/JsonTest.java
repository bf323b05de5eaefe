package org.kextwatch.agent.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;

final class JsonTest {
  record Holder(Instant at, @Nullable String name, List<String> list) {}

  record Any(@Nullable Object value) {}

  @Test
  void theStatusDocumentHasTheMembersOfTheDesignInTheirOrder() throws IOException {
    byte[] design;
    try (InputStream in = JsonTest.class.getResourceAsStream("/status-document.json")) {
      design = in.readAllBytes();
    }
    assertEquals(members(design), members(Json.write(EventSamples.STATUS)));
  }

  @Test
  void theStatusDocumentOfTheDesignIsUnderstood() throws IOException {
    String design;
    try (InputStream in = JsonTest.class.getResourceAsStream("/status-document.json")) {
      design = new String(in.readAllBytes(), UTF_8);
    }
    String complete =
        design
            .replace("\"startedAt\":\"…\"", "\"startedAt\":\"2026-11-23T18:00:00Z\"")
            .replace("\"at\":\"…\"", "\"at\":\"2026-11-23T18:00:00Z\"");
    Status status = Json.read(Status.class, complete.getBytes(UTF_8));
    assertEquals(Reason.AWAITING_APPROVAL, status.reason());
    assertEquals(List.of("realTimeProtectionEnabled"), status.health().managedSettings());
  }

  @Test
  void everyMemberIsAlwaysPresent() throws IOException {
    assertEquals(
        members(Json.write(EventSamples.STATUS)).stream().filter(JsonTest::isFixed).toList(),
        members(Json.write(EventSamples.BLIND_STATUS)));
  }

  private static boolean isFixed(String member) {
    return !member.startsWith("extension.lastAttempt.")
        && !member.startsWith("extension.systemExtensions.")
        && !member.startsWith("device.labels.");
  }

  static Stream<Object> whatIsWrittenCanBeReadAgain() {
    return Stream.of(
        EventSamples.STATUS,
        EventSamples.BLIND_STATUS,
        EventSamples.ATTEMPT,
        LoadHistory.NONE,
        new LoadHistory(
            "boot",
            "1.0",
            Grant.USER,
            EventSamples.NOW,
            false,
            null,
            EventSamples.ATTEMPT,
            3,
            List.of(EventSamples.NOW),
            true,
            EventSamples.NOW),
        new Change("health.issues", List.of("a"), null),
        new Change("verdict", null, true),
        new Change("health.exitCode", null, 1.5),
        new Holder(EventSamples.NOW, "\u2028\"\\\u0000ü💻", List.of()));
  }

  @ParameterizedTest
  @MethodSource
  void whatIsWrittenCanBeReadAgain(Object value) throws IOException {
    assertEquals(value, Json.read(value.getClass(), Json.write(value)));
  }

  @ParameterizedTest
  @EnumSource
  void wordsAreLowerSnakeCase(Outcome outcome) {
    assertEquals(
        "{\"value\":\"" + outcome.toString().toLowerCase(java.util.Locale.ROOT) + "\"}",
        text(new Any(outcome)));
  }

  @Test
  void aChangeMayHoldAnyKindOfValue() {
    assertEquals(
        "{\"field\":\"extension.lastAttempt.outcome\",\"from\":null,\"to\":\"policy_blocked\"}",
        text(new Change("extension.lastAttempt.outcome", null, Outcome.POLICY_BLOCKED)));
    assertEquals(
        "{\"field\":\"x\",\"from\":false,\"to\":[\"a\",null,12]}",
        text(new Change("x", false, Arrays.asList("a", null, 12))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-23T18:45:17Z",
        "2026-11-23T18:45:17.000Z",
        "2026-11-23T18:45:17.000999Z",
      })
  void instantsAreWrittenWithMilliseconds(String instant) {
    assertEquals(
        "{\"at\":\"2026-11-23T18:45:17.000Z\",\"name\":null,\"list\":[]}",
        text(new Holder(Instant.parse(instant), null, List.of())));
  }

  @Test
  void membersOfALaterVersionArePassedOver() throws IOException {
    assertEquals(
        new Holder(EventSamples.NOW, null, List.of("a")),
        Json.read(
            Holder.class,
            "{\"at\":\"2026-11-23T18:45:17.042Z\",\"new\":{\"x\":[1]},\"list\":[\"a\"]}"
                .getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{",
        "[]",
        "{}",
        "12",
        "{\"at\":null,\"list\":[]}",
        "{\"at\":\"2026-11-23T18:45:17Z\"}",
        "{\"at\":\"2026-11-23T18:45:17Z\",\"list\":null}",
        "{\"at\":\"yesterday\",\"list\":[]}",
        "{\"at\":12,\"list\":[]}",
        "{\"at\":\"2026-11-23T18:45:17Z\",\"list\":{}}",
        "{\"at\":\"2026-11-23T18:45:17Z\",\"list\":[]} more",
        "{'at':\"2026-11-23T18:45:17Z\",\"list\":[]}",
        "\0\0\0\0",
      })
  void whatIsNoSuchDocumentIsAnIoException(String document) {
    assertThrows(IOException.class, () -> Json.read(Holder.class, document.getBytes(UTF_8)));
  }

  @Test
  void aRecordThatRefusesItsArgumentsIsAnIoException() {
    String listOfNull =
        text(EventSamples.STATUS).replace("\"warnings\":[\"w\"]", "\"warnings\":[null]");
    assertTrue(listOfNull.contains("[null]"));
    assertThrows(IOException.class, () -> Json.read(Status.class, listOfNull.getBytes(UTF_8)));
  }

  @Test
  void aMissingNumberIsAnIoException() {
    String withoutSchema = text(EventSamples.STATUS).replace("\"schema\":1,", "");
    assertThrows(IOException.class, () -> Json.read(Status.class, withoutSchema.getBytes(UTF_8)));
  }

  @Test
  void anUnknownWordIsAnIoExceptionThatNamesThePlace() {
    String document = text(EventSamples.STATUS).replace("\"at_risk\"", "\"AT_RISK\"");
    IOException e =
        assertThrows(IOException.class, () -> Json.read(Status.class, document.getBytes(UTF_8)));
    assertTrue(e.getMessage().contains("$.verdict"), e.getMessage());
  }

  @Test
  void noDepthOfNestingDoesHarm() {
    String deep = "{\"value\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThrows(IOException.class, () -> Json.read(Any.class, deep.getBytes(UTF_8)));
  }

  @Test
  void nothingIsWrittenThatIsNoUtf8() throws IOException {
    byte[] written = Json.write(new Any("a\ud800b"));
    assertEquals("{\"value\":\"a?b\"}", new String(written, UTF_8));
    assertFalse(new String(written, UTF_8).contains("\ufffd"));
  }

  @Test
  void anExtensionWithoutItsStateIsRefused() {
    byte[] written = Json.write(EventSamples.STATUS.extension());
    String cut =
        new String(written, UTF_8).replace("\"state\":\"awaiting_approval\",", "\"state\":null,");
    assertThrows(IOException.class, () -> Json.read(Extension.class, cut.getBytes(UTF_8)));
  }

  private static String text(Object value) {
    return new String(Json.write(value), UTF_8);
  }

  /** The paths of all members, in their order; of a list of groups those of the first. */
  private static List<String> members(byte[] document) throws IOException {
    List<String> members = new ArrayList<>();
    collect("", Json.read(Object.class, document), members);
    return members;
  }

  private static void collect(String path, @Nullable Object value, List<String> members) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (name, member) -> {
            members.add(path + name);
            collect(path + name + ".", member, members);
          });
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      collect(path, list.get(0), members);
    }
  }
}
