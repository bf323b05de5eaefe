package org.kextwatch.agent.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Protocol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.WebhookClient;
import org.kextwatch.agent.webhook.WebhookRig;

/** While nothing is sent there is no connection and no thread. */
final class RestTest {
  private static final byte[] BODY = "{}".getBytes(UTF_8);

  /** The time limit of a request. */
  private static final Duration AS_SHIPPED = Duration.ofSeconds(30);

  @TempDir private Path mac;

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void atRestThereIsNoConnectionAndNobodyAtWork(Protocol protocol) throws Exception {
    sendThree(protocol);
    assertNone(name -> name.startsWith("OkHttp ") && !isIdle(name), Duration.ofSeconds(20));
  }

  /**
   * OkHttp and Okio let an idle thread go after a minute. For Okio that minute begins when the time
   * limit of the last request would have been over, though the request has ended long before.
   */
  @ParameterizedTest
  @EnumSource(names = {"HTTP_2"})
  @Tag("soak")
  void aMinuteLaterThereIsNoThread(Protocol protocol) throws Exception {
    sendThree(protocol);
    assertNone(
        name -> name.startsWith("OkHttp") || name.startsWith("Okio"), Duration.ofSeconds(130));
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 410, 413, 429, 500, 503})
  void afterAFailureTheNextAttemptConnectsAnew(int code) throws Exception {
    try (MockWebServer server = WebhookRig.server(Protocol.HTTP_2)) {
      server.enqueue(new MockResponse.Builder().code(code).build());
      server.enqueue(new MockResponse.Builder().build());
      try (WebhookClient client = client(server)) {
        client.send("evt_1", BODY, 1);
        assertEquals(0, client.http.connectionPool().connectionCount());
        client.send("evt_1", BODY, 2);
        assertEquals(0, WebhookRig.next(server).getConnectionIndex());
        assertEquals(1, WebhookRig.next(server).getConnectionIndex());
      }
    }
  }

  private void sendThree(Protocol protocol) throws IOException {
    try (MockWebServer server = WebhookRig.server(protocol);
        WebhookClient client = client(server)) {
      for (int i = 0; i < 3; i++) {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        assertEquals(DeliveryOutcome.DELIVERED, client.send("evt_1", BODY, 1).outcome());
        assertEquals(1, client.http.connectionPool().idleConnectionCount());
      }
      client.closeIdleConnections();
      assertEquals(0, client.http.connectionPool().connectionCount());
      assertEquals(0, client.http.dispatcher().runningCallsCount());
    }
  }

  private WebhookClient client(MockWebServer server) throws IOException {
    server.start();
    return new WebhookRig(mac)
        .client(
            WebhookRig.at("https://localhost:" + server.getPort()),
            InstantSource.system(),
            AS_SHIPPED);
  }

  private static boolean isIdle(String name) {
    return name.equals("OkHttp TaskRunner");
  }

  private static void assertNone(Predicate<String> which, Duration within) {
    Patience.within(within, () -> threads(which), Set::isEmpty);
  }

  private static Set<String> threads(Predicate<String> which) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(which)
        .collect(Collectors.toSet());
  }
}
