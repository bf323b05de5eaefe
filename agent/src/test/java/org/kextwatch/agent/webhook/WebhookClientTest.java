package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okhttp3.Protocol;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventSamples;

/** What is sent, to whom, and over which connection. */
final class WebhookClientTest extends OnAClient {
  @Test
  void theRequestIsTheOneOfTheDesign() throws Exception {
    server.enqueue(answer(200).build());
    assertEquals(DeliveryOutcome.DELIVERED, send().outcome());
    RecordedRequest request = WebhookRig.next(server);
    assertEquals("POST", request.getMethod());
    assertEquals(WebhookRig.PATH, request.getTarget());
    assertEquals(List.of("application/json"), request.getHeaders().values("Content-Type"));
    assertEquals("Kextwatch/0.1.0", request.getHeaders().get("User-Agent"));
    assertEquals(EVENT.id(), request.getHeaders().get("webhook-id"));
    assertEquals("1", request.getHeaders().get("webhook-attempt"));
    assertEquals(ByteString.of(BODY), request.getBody());
    assertNull(request.getHeaders().get("Authorization"));
  }

  @Test
  void anIndependentVerifierAcceptsIt() throws Exception {
    server.enqueue(answer(200).build());
    send();
    RecordedRequest request = WebhookRig.next(server);
    verify(WebhookRig.SECRET, request);
  }

  @Test
  void duringRotationTheVerifierMayHaveEitherSecret() throws Exception {
    endpoints.put("/etc/previous", WebhookRig.OTHER_SECRET, "rw-------");
    use(WebhookRig.at(url(), "previousSecretFile", "/etc/previous"));
    server.enqueue(answer(200).build());
    send();
    RecordedRequest request = WebhookRig.next(server);
    verify(WebhookRig.SECRET, request);
    verify(WebhookRig.OTHER_SECRET, request);
  }

  @Test
  void aRetryHasTheSameIdAndAFreshTimestamp() throws Exception {
    SettableClock clock = new SettableClock(EventSamples.NOW);
    use(clock, Patience.AMPLE);
    server.enqueue(answer(503).build());
    server.enqueue(answer(200).build());
    client.send(EVENT.id(), BODY, 1);
    clock.now = clock.now.plusSeconds(900);
    client.send(EVENT.id(), BODY, 2);
    RecordedRequest first = WebhookRig.next(server);
    RecordedRequest second = WebhookRig.next(server);
    assertEquals(first.getHeaders().get("webhook-id"), second.getHeaders().get("webhook-id"));
    assertEquals("1795459517", first.getHeaders().get("webhook-timestamp"));
    assertEquals("1795460417", second.getHeaders().get("webhook-timestamp"));
    assertEquals("2", second.getHeaders().get("webhook-attempt"));
    assertFalse(
        first
            .getHeaders()
            .get("webhook-signature")
            .equals(second.getHeaders().get("webhook-signature")));
  }

  @Test
  void theOperatorsHeadersAndAuthorizationGoAlong() throws Exception {
    endpoints.put("/etc/authorization", "Splunk canary-token\n", "rw-------");
    use(
        WebhookRig.at(
            url(), "authorizationFile", "/etc/authorization", "header X-Fleet", "berlin"));
    server.enqueue(answer(200).build());
    send();
    RecordedRequest request = WebhookRig.next(server);
    assertEquals("Splunk canary-token", request.getHeaders().get("Authorization"));
    assertEquals("berlin", request.getHeaders().get("X-Fleet"));
  }

  @Test
  void theSecretHeadersGoAlongAndReplaceTheOthersOfTheirNames() throws Exception {
    String file = "\r\nDD-API-KEY: canary:1 \r\nx-fleet:paris\nX-More:  a  b\n\n";
    endpoints.put("/etc/headers", file, "rw-------");
    use(
        WebhookRig.at(
            url(),
            "secretHeadersFile",
            "/etc/headers",
            "header X-Fleet",
            "berlin",
            "header X",
            "y"));
    server.enqueue(answer(200).build());
    send();
    Headers headers = WebhookRig.next(server).getHeaders();
    assertEquals(List.of("canary:1"), headers.values("DD-API-KEY"));
    assertEquals(List.of("paris"), headers.values("X-Fleet"));
    assertEquals("a  b", headers.get("X-More"));
    assertEquals("y", headers.get("X"));
  }

  @Test
  void anUntrustedServerGetsNothing() {
    Endpoint endpoint = endpoints.open(WebhookRig.at(url(), "caBundle", null));
    WebhookClient distrustful = ((Endpoint.Ready) endpoint).client();
    server.enqueue(answer(200).build());
    SendResult sent = distrustful.send(EVENT.id(), BODY, 1);
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
    assertTrue(sent.note().contains("TLS fails"), sent.note());
    assertNull(server.getRequestCount() == 0 ? null : "a request");
    distrustful.close();
  }

  @Test
  void aServerOfAnotherNameGetsNothing() {
    use(WebhookRig.at("https://[::1]:" + server.getPort() + "/"));
    assertEquals(DeliveryOutcome.TRANSIENT, send().outcome());
    assertEquals(0, server.getRequestCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP_2", "HTTP_1_1"})
  void bothVersionsOfHttpAreSpoken(String protocol) throws Exception {
    server.setProtocols(
        protocol.equals("HTTP_2")
            ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
            : List.of(Protocol.HTTP_1_1));
    server.enqueue(answer(200).build());
    assertEquals(DeliveryOutcome.DELIVERED, send().outcome());
    RecordedRequest request = WebhookRig.next(server);
    assertEquals(protocol.equals("HTTP_2") ? "HTTP/2" : "HTTP/1.1", request.getVersion());
    assertEquals("application/json", request.getHeaders().get("Content-Type"));
    assertNotNull(request.getHandshake());
  }

  /** The server answers only after it has been done, and it ends only when the server has all. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP_2", "HTTP_1_1"})
  void somethingIsDoneBetweenTheRequestAndItsAnswer(String protocol) throws Exception {
    server.setProtocols(
        protocol.equals("HTTP_2")
            ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
            : List.of(Protocol.HTTP_1_1));
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            arrived.countDown();
            return answer(done.await(20, TimeUnit.SECONDS) ? 200 : 500).build();
          }
        });
    List<Boolean> sent = new ArrayList<>();
    SendResult result =
        client.send(
            "evt_1",
            new byte[50_000],
            1,
            () -> {
              sent.add(comes(arrived));
              done.countDown();
            });
    assertEquals(List.of(true), sent);
    assertEquals(DeliveryOutcome.DELIVERED, result.outcome());
  }

  private static boolean comes(CountDownLatch request) {
    try {
      return request.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void plainHttpWorksOnLoopback() throws Exception {
    use(WebhookRig.at("http://127.0.0.1:" + other.getPort() + "/hook"));
    other.enqueue(answer(200).build());
    assertEquals(DeliveryOutcome.DELIVERED, send().outcome());
    assertEquals("/hook", WebhookRig.next(other).getTarget());
  }

  @Test
  void connectionsAreKeptUntilThereIsRest() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.enqueue(answer(200).body("ok").build());
    }
    send();
    send();
    client.closeIdleConnections();
    send();
    assertEquals(0, WebhookRig.next(server).getConnectionIndex());
    assertEquals(0, WebhookRig.next(server).getConnectionIndex());
    assertEquals(1, WebhookRig.next(server).getConnectionIndex());
  }

  @Test
  void noteAndNameTellNothingOfTheAddressButItsHost() {
    for (int code : new int[] {200, 302, 404, 503}) {
      server.enqueue(answer(code).addHeader("Location", url()).body("no " + url()).build());
      assertFalse(send().note().matches(".*(hooks|canary).*"));
    }
    assertEquals("https://localhost:" + server.getPort(), client.where());
  }

  @Test
  void throughAProxyWithALogin() throws Exception {
    endpoints.put("/etc/proxy", "user:pass", "rw-------");
    use(proxied("/etc/proxy"));
    server.enqueue(
        answer(407).inTunnel().addHeader("Proxy-Authenticate: Basic realm=\"p\"").build());
    server.enqueue(new MockResponse.Builder().inTunnel().build());
    server.enqueue(answer(200).build());
    SendResult sent = send();
    assertEquals(DeliveryOutcome.MISCONFIGURED, sent.outcome());
    RecordedRequest connect = WebhookRig.next(server);
    assertEquals("CONNECT", connect.getMethod());
    assertEquals("Basic dXNlcjpwYXNz", connect.getHeaders().get("Proxy-Authorization"));
    assertNull(connect.getHeaders().get("webhook-signature"));
    assertEquals(DeliveryOutcome.DELIVERED, send().outcome());
    assertEquals("CONNECT", WebhookRig.next(server).getMethod());
    assertNull(WebhookRig.next(server).getHeaders().get("Proxy-Authorization"));
  }

  @Test
  void aProxyThatWantsALoginIsToldSo() {
    use(proxied(null));
    server.enqueue(
        answer(407).inTunnel().addHeader("Proxy-Authenticate: Basic realm=\"p\"").build());
    SendResult sent = send();
    assertEquals(DeliveryOutcome.MISCONFIGURED, sent.outcome());
    assertEquals("https://localhost:1: the proxy wants a login", sent.note());
  }

  private Settings proxied(String credentials) {
    return WebhookRig.at(
        "https://localhost:1/hook",
        "proxy",
        "localhost:" + server.getPort(),
        "proxyCredentialsFile",
        credentials);
  }

  private static void verify(String secret, RecordedRequest request) throws Exception {
    new Webhook(secret).verify(request.getBody().utf8(), request.getHeaders().toMultimap());
  }

  private static final class SettableClock implements InstantSource {
    private Instant now;

    SettableClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
