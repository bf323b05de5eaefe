package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.value;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.ParsedEvent;

/** An act is complete only if what was received is right. */
class OperatorTest {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", value("status.verdict", "protected")),
          event(
              "status.changed",
              value("transition", "new"),
              value("status.reason", "extension_disabled")));

  private static final Delivery STARTED =
      received(1L, "agent.started", Map.of("status", status("protected", "none", "")));

  private static final Delivery CHANGED = received(2L, "status.changed", atRisk("switch it on"));

  private final Timeline timeline =
      new Timeline(
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8), false);
  private final Operator operator = new Operator(timeline, EXPECTED);

  @Test
  void allEventsInOrderOnceAndSignedHaveNoFlaw() {
    operator.receive(STARTED);
    operator.receive(received(null, "status.heartbeat", Map.of()));
    operator.receive(CHANGED);
    assertEquals(List.of(), operator.flaws());
    assertEquals(2, operator.received());
    assertEquals(1, operator.heartbeats());
    assertEquals("switch it on", operator.lastAdvice());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            List.of(STARTED), List.of("did not arrive: status.changed[new, extension_disabled]")),
        Arguments.of(
            List.of(CHANGED, STARTED),
            List.of(
                "#2 status.changed: new, at risk, extension disabled: expected was"
                    + " agent.started[protected]",
                "#1 agent.started: protected: expected was status.changed[new,"
                    + " extension_disabled]")),
        Arguments.of(
            List.of(STARTED, CHANGED, received(3L, "status.changed", atRisk("switch it on"))),
            List.of("#3 status.changed: new, at risk, extension disabled: not expected")),
        Arguments.of(
            List.of(STARTED, forged(CHANGED)),
            List.of(
                "#2 status.changed: new, at risk, extension disabled: the signature is not valid")),
        Arguments.of(
            List.of(STARTED, repeated(CHANGED)),
            List.of("#2 status.changed: new, at risk, extension disabled: arrived twice")),
        Arguments.of(
            List.of(STARTED, late(CHANGED)),
            List.of("#2 status.changed: new, at risk, extension disabled: 1 missing before it")),
        Arguments.of(
            List.of(STARTED, received(2L, "status.changed", atRisk(""))),
            List.of("#2 status.changed: new, at risk, extension disabled: has no advice")));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void anythingElseIsAFlaw(List<Delivery> events, List<String> flaws) {
    events.forEach(operator::receive);
    assertEquals(flaws, operator.flaws());
  }

  private static Map<String, Object> atRisk(String advice) {
    return Map.of("transition", "new", "status", status("at_risk", "extension_disabled", advice));
  }

  private static Map<String, String> status(String verdict, String reason, String advice) {
    return Map.of("verdict", verdict, "reason", reason, "advice", advice);
  }

  private static Delivery received(@Nullable Long sequence, String type, Map<String, ?> data) {
    ParsedEvent event =
        new ParsedEvent("evt_1", "org.kextwatch." + type, "a stream", sequence, null, null, data);
    return delivery(event, true, false, 0);
  }

  private static Delivery forged(Delivery delivery) {
    return delivery(delivery.event(), false, false, 0);
  }

  private static Delivery repeated(Delivery delivery) {
    return delivery(delivery.event(), true, true, 0);
  }

  private static Delivery late(Delivery delivery) {
    return delivery(delivery.event(), true, false, 1);
  }

  private static Delivery delivery(
      @Nullable ParsedEvent event, boolean verified, boolean duplicate, long gap) {
    return new Delivery("evt_1", event, verified, duplicate, gap, 1, Instant.EPOCH, "");
  }
}
