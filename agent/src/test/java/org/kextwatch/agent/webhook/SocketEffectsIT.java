package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.ConnectionTrace.Phase;

/**
 * At every fault of a server, an attempt is one request, ends in time and has the right outcome.
 */
final class SocketEffectsIT {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  /** Shorter than any delay of a fault that is too slow. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static final MockResponse WELL = new MockResponse.Builder().code(202).body("ok").build();
  private static final CloudEvent EVENT = EventSamples.test();
  private static final Set<DeliveryOutcome> DELIVERED = Set.of(DeliveryOutcome.DELIVERED);
  private static final byte[] BODY = EVENT.body().toByteArray();

  @TempDir private static Path mac;
  private static WebhookRig endpoints;

  @BeforeAll
  static void start() throws IOException {
    endpoints = new WebhookRig(mac);
  }

  @Test
  void noEffectAndNoPointIsMissing() {
    assertEquals(14, Fault.effects().size());
    assertEquals(14 * 5 * 2 * 2, Fault.everyEffectEverywhere().size());
  }

  @TestFactory
  Stream<DynamicTest> everyEffectEverywhere() {
    return AtOnce.each(Fault.everyEffectEverywhere(), SocketEffectsIT::play);
  }

  @Test
  void aServerThatIsGoneIsFoundAgain() throws IOException {
    MockWebServer server = new MockWebServer();
    server.enqueue(WELL);
    server.start();
    String url = "http://localhost:" + server.getPort();
    try (WebhookClient client = endpoints.client(WebhookRig.at(url))) {
      assertEquals(DeliveryOutcome.DELIVERED, client.send(EVENT.id(), BODY, 1).outcome());
      server.close();
      assertEquals(DeliveryOutcome.TRANSIENT, client.send(EVENT.id(), BODY, 1).outcome());
      assertEquals(DeliveryOutcome.TRANSIENT, client.send(EVENT.id(), BODY, 2).outcome());
      try (MockWebServer successor = new MockWebServer()) {
        successor.enqueue(WELL);
        successor.start(server.getPort());
        assertEquals(DeliveryOutcome.DELIVERED, client.send(EVENT.id(), BODY, 3).outcome());
      }
    }
    assertEquals(1, server.getRequestCount());
  }

  @TestFactory
  Stream<DynamicTest> everythingElse() {
    return AtOnce.each(Fault.everythingElse(), SocketEffectsIT::play);
  }

  private static void play(Fault fault) throws Exception {
    AttemptLimits.grow(LIMIT, LONGEST, limit -> play(fault, limit));
  }

  private static void play(Fault fault, Duration limit) throws IOException {
    Script script = new Script();
    MockWebServer server = WebhookRig.server(fault.protocol());
    server.setDispatcher(script);
    server.start();
    int sends = 0;
    try (server;
        WebhookClient client =
            endpoints.client(
                WebhookRig.at("https://localhost:" + server.getPort() + WebhookRig.PATH),
                InstantSource.system(),
                limit)) {
      if (fault.kept()) {
        AttemptLimits.assertMeant(DELIVERED, client.send(EVENT.id(), BODY, ++sends));
      }
      script.answer = fault.answer();
      long start = System.nanoTime();
      SendResult sent = client.send(EVENT.id(), BODY, ++sends);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      if (fault.kept() && client.trace().isPassed(Phase.TCP)) {
        throw new AttemptLimits.TooSlow("the connection was not there any more: " + sent.note());
      }
      AttemptLimits.assertMeant(fault.meant(), sent);
      assertTrue(took.compareTo(limit.plus(AttemptLimits.SLACK)) < 0, took::toString);
      assertTrue(server.getRequestCount() <= sends);
      assertTrue(
          sent.outcome() == DeliveryOutcome.DELIVERED
              || client.http.connectionPool().connectionCount() == 0);
      script.answer = WELL;
      int end = sends + 1 + fault.missed();
      do {
        sent = client.send(EVENT.id(), BODY, ++sends);
      } while (sent.outcome() != DeliveryOutcome.DELIVERED && sends < end);
      AttemptLimits.assertMeant(DELIVERED, sent);
      client.closeIdleConnections();
      assertEquals(0, client.http.connectionPool().connectionCount());
    }
    int unseen = sends - server.getRequestCount();
    assertTrue(unseen >= 0, () -> "unseen: " + unseen);
    if (unseen > fault.missed()) {
      throw new AttemptLimits.TooSlow("unseen: " + unseen); // the server had not come so far
    }
  }

  /** Answers the same until the answer is changed. */
  private static final class Script extends Dispatcher {
    private volatile MockResponse answer = WELL;

    @Override
    public MockResponse peek() {
      return answer;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      return answer;
    }
  }
}
