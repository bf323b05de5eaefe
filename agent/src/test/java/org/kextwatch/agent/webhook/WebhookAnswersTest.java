package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;

/** The outcome of each kind of response, and of none. */
final class WebhookAnswersTest extends OnAClient {
  @ParameterizedTest
  @ValueSource(ints = {200, 204, 299})
  void everySuccessIsDelivered(int code) {
    server.enqueue(answer(code).build());
    SendResult sent = send();
    assertEquals(DeliveryOutcome.DELIVERED, sent.outcome());
    assertEquals("https://localhost:%d answered %d".formatted(server.getPort(), code), sent.note());
  }

  @ParameterizedTest
  @CsvSource({
    "400, SUSPECT",
    "401, MISCONFIGURED",
    "407, MISCONFIGURED",
    "408, TRANSIENT",
    "410, GONE",
    "421, MISCONFIGURED",
    "503, SERVER_ERROR"
  })
  void everyAnswerTakesOneRequest(int code, DeliveryOutcome meaning) {
    server.enqueue(answer(code).build());
    server.enqueue(answer(200).build());
    assertEquals(meaning, send().outcome());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 308})
  void aRedirectTargetGetsNothing(int code) {
    server.enqueue(answer(code).addHeader("Location", other.url("/stolen")).build());
    SendResult sent = send();
    assertEquals(DeliveryOutcome.MISCONFIGURED, sent.outcome());
    assertEquals(0, other.getRequestCount());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @CsvSource({
    "503, 0, SERVER_ERROR",
    "503, 1, SERVER_ERROR",
    "408, 0, TRANSIENT",
    "429, 0, TRANSIENT"
  })
  void anAnswerThatAsksForARetryGetsNoneAtOnce(int code, long seconds, DeliveryOutcome meaning) {
    server.enqueue(answer(code).addHeader("Retry-After", seconds).build());
    server.enqueue(answer(200).build());
    SendResult sent = send();
    assertEquals(meaning, sent.outcome());
    assertEquals(Duration.ofSeconds(seconds), sent.retryAfter());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999", "999999999999999999999999999"})
  void aRetryAfterThatNoIntCanHoldDoesNoHarm(String seconds) {
    server.enqueue(answer(503).addHeader("Retry-After", seconds).build());
    server.enqueue(answer(503).addHeader("Retry-After", seconds).build());
    assertEquals(Duration.ofDays(1), send().retryAfter());
    assertEquals(DeliveryOutcome.SERVER_ERROR, send().outcome());
    assertEquals(2, server.getRequestCount());
  }

  @Test
  void aRetryDateIsJudgedByTheClockThatMadeIt() {
    server.enqueue(
        answer(503)
            .addHeader("Date", "Sun, 01 Jan 2040 00:00:00 GMT")
            .addHeader("Retry-After", "Sun, 01 Jan 2040 00:02:00 GMT")
            .build());
    assertEquals(Duration.ofMinutes(2), send().retryAfter());
  }

  @Test
  void theClocksAreCompared() {
    use(InstantSource.fixed(Instant.parse("2026-11-23T18:50:17Z")), Patience.AMPLE);
    server.enqueue(answer(401).addHeader("Date", "Mon, 23 Nov 2026 18:45:17 GMT").build());
    server.enqueue(answer(401).build());
    assertEquals(300, send().clockSkewSeconds());
    assertNull(send().clockSkewSeconds());
  }

  @Test
  void aSlowBodyTakesNoLongerThanAnAttemptMay() throws Exception {
    AttemptLimits.grow(
        Duration.ofSeconds(1),
        Duration.ofSeconds(16),
        limit -> {
          use(InstantSource.system(), limit);
          server.enqueue(
              answer(200)
                  .body("a".repeat(1_000_000))
                  .throttleBody(8192, 5, TimeUnit.SECONDS) // ten minutes
                  .build());
          long start = System.nanoTime();
          SendResult sent = send();
          Duration took = Duration.ofNanos(System.nanoTime() - start);
          AttemptLimits.assertMeant(Set.of(DeliveryOutcome.DELIVERED), sent);
          assertTrue(took.compareTo(limit.plus(AttemptLimits.SLACK)) < 0, took::toString);
        });
  }

  @Test
  void anAnswerThatNeverComesEndsInTime() {
    use(InstantSource.system(), Duration.ofMillis(300));
    server.enqueue(answer(200).headersDelay(1, TimeUnit.MINUTES).build());
    SendResult sent = send();
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
    assertTrue(sent.note().endsWith(": no answer in time"), sent.note());
  }

  enum Break {
    CLOSE_BEFORE_REQUEST,
    CLOSE_AFTER_REQUEST,
    FAIL_HANDSHAKE
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenConnectionIsTransientAndTriedOnce(Break how) {
    MockResponse.Builder broken = answer(200);
    switch (how) {
      case CLOSE_BEFORE_REQUEST -> broken.onRequestStart(new SocketEffect.CloseSocket());
      case CLOSE_AFTER_REQUEST -> broken.onResponseStart(new SocketEffect.CloseSocket());
      case FAIL_HANDSHAKE -> broken.failHandshake();
    }
    server.enqueue(broken.build());
    server.enqueue(answer(200).build());
    assertEquals(DeliveryOutcome.TRANSIENT, send().outcome());
    assertTrue(server.getRequestCount() <= 1);
    assertEquals(DeliveryOutcome.DELIVERED, send().outcome());
  }

  @Test
  void nobodyThereIsTransient() {
    server.close();
    SendResult sent = send();
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
    assertEquals("https://localhost:%d: no connection".formatted(server.getPort()), sent.note());
  }

  @Test
  void aNameThatDoesNotResolveIsTransient() {
    use(WebhookRig.at("https://kextwatch.invalid/hook"));
    SendResult sent = send();
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
    assertEquals("https://kextwatch.invalid: its name does not resolve", sent.note());
  }
}
