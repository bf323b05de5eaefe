package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.says;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.demo.receiver.Received;

/** An act is complete only if what was received is right. */
class OperatorTest {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", says("protected", "status", "verdict")),
          event(
              "status.changed",
              says("new", "transition"),
              says("extension_disabled", "status", "reason")));

  private static final Received STARTED =
      received(1L, "agent.started", "{\"status\":{\"verdict\":\"protected\",\"reason\":\"none\"}}");

  private static final String FALLEN =
      "{\"transition\":\"new\",\"status\":{\"verdict\":\"at_risk\","
          + "\"reason\":\"extension_disabled\",\"advice\":\"switch it on\"}}";

  private static final Received CHANGED = received(2L, "status.changed", FALLEN);

  private final Timeline timeline =
      new Timeline(
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8), false);
  private final Operator operator = new Operator(timeline, EXPECTED);

  @Test
  void whatCameInOrderOnceAndSignedIsRight() {
    operator.receive(STARTED);
    operator.receive(received(null, "status.heartbeat", "{}"));
    operator.receive(CHANGED);
    assertEquals(List.of(), operator.complaints());
    assertEquals(2, operator.received());
    assertEquals(1, operator.heartbeats());
    assertEquals("switch it on", operator.lastAdvice());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            List.of(STARTED), List.of("never came: status.changed[new, extension_disabled]")),
        Arguments.of(
            List.of(CHANGED, STARTED),
            List.of(
                "#2 status.changed: new, at risk, extension disabled: expected was"
                    + " agent.started[protected]",
                "#1 agent.started: protected: expected was status.changed[new,"
                    + " extension_disabled]")),
        Arguments.of(
            List.of(STARTED, CHANGED, received(3L, "status.changed", FALLEN)),
            List.of("#3 status.changed: new, at risk, extension disabled: was not to come")),
        Arguments.of(
            List.of(STARTED, forged(CHANGED)),
            List.of("#2 status.changed: new, at risk, extension disabled: the signature is wrong")),
        Arguments.of(
            List.of(STARTED, repeated(CHANGED)),
            List.of("#2 status.changed: new, at risk, extension disabled: came twice")),
        Arguments.of(
            List.of(STARTED, late(CHANGED)),
            List.of(
                "#2 status.changed: new, at risk, extension disabled: 1 events are missing before"
                    + " it")),
        Arguments.of(
            List.of(STARTED, received(2L, "status.changed", FALLEN.replace("switch it on", ""))),
            List.of(
                "#2 status.changed: new, at risk, extension disabled: does not say what to do")));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void anythingElseIsComplainedOf(List<Received> events, List<String> complaints) {
    events.forEach(operator::receive);
    assertEquals(complaints, operator.complaints());
  }

  private static Received received(@Nullable Long sequence, String type, String data) {
    return new Received(
        "evt_" + sequence,
        "org.kextwatch." + type,
        "a stream",
        sequence,
        null,
        null,
        true,
        false,
        0,
        1,
        Instant.EPOCH,
        "{\"data\":" + data + "}");
  }

  private static Received forged(Received event) {
    return like(event, false, false, 0);
  }

  private static Received repeated(Received event) {
    return like(event, true, true, 0);
  }

  private static Received late(Received event) {
    return like(event, true, false, 1);
  }

  private static Received like(Received event, boolean verified, boolean duplicate, long gap) {
    return new Received(
        event.id(),
        event.type(),
        event.streamid(),
        event.sequence(),
        event.subject(),
        event.text(),
        verified,
        duplicate,
        gap,
        event.attempt(),
        event.receivedAt(),
        event.body());
  }
}
