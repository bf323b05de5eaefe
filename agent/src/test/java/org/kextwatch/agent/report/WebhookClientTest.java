package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import mockwebserver3.junit5.StartStop;
import okhttp3.Protocol;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.report.EventData.TestData;

final class WebhookClientTest {
  private static final Event EVENT =
      new EventWriter().write(new TestData(Samples.STATUS), Samples.DEVICE, Samples.NOW);
  private static final byte[] BODY = EVENT.body().toByteArray();

  @StartStop private final MockWebServer other = new MockWebServer();
  private final MockWebServer server = new MockWebServer();

  @TempDir private Path mac;
  private Endpoints endpoints;
  private WebhookClient client;

  @BeforeEach
  void start() throws IOException {
    Endpoints.useHttps(server);
    server.start();
    endpoints = new Endpoints(mac);
    client = endpoints.client(Endpoints.at(url()));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void theRequestIsTheOneOfTheDesign() throws Exception {
    server.enqueue(answer(200).build());
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
    RecordedRequest request = server.takeRequest();
    assertEquals("POST", request.getMethod());
    assertEquals(Endpoints.PATH, request.getTarget());
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
    RecordedRequest request = server.takeRequest();
    verify(Endpoints.SECRET, request);
  }

  @Test
  void duringRotationTheVerifierMayHaveEitherSecret() throws Exception {
    endpoints.put("/etc/previous", Endpoints.OTHER_SECRET, "rw-------");
    use(Endpoints.webhook(url(), null, "/etc/previous", null, Map.of(), "none", null));
    server.enqueue(answer(200).build());
    send();
    RecordedRequest request = server.takeRequest();
    verify(Endpoints.SECRET, request);
    verify(Endpoints.OTHER_SECRET, request);
  }

  @Test
  void aRetryHasTheSameIdAndAFreshTimestamp() throws Exception {
    SettableClock clock = new SettableClock(Samples.NOW);
    use(clock, Duration.ofSeconds(10));
    server.enqueue(answer(503).build());
    server.enqueue(answer(200).build());
    client.send(EVENT.id(), BODY, 1);
    clock.now = clock.now.plusSeconds(900);
    client.send(EVENT.id(), BODY, 2);
    RecordedRequest first = server.takeRequest();
    RecordedRequest second = server.takeRequest();
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
        Endpoints.webhook(
            url(), null, null, "/etc/authorization", Map.of("X-Fleet", "berlin"), "none", null));
    server.enqueue(answer(200).build());
    send();
    RecordedRequest request = server.takeRequest();
    assertEquals("Splunk canary-token", request.getHeaders().get("Authorization"));
    assertEquals("berlin", request.getHeaders().get("X-Fleet"));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 206, 299})
  void everySuccessIsDelivered(int code) {
    server.enqueue(answer(code).build());
    Sent sent = send();
    assertEquals(DeliveryClass.DELIVERED, sent.outcome());
    assertEquals("https://localhost:%d answered %d".formatted(server.getPort(), code), sent.note());
  }

  @ParameterizedTest
  @CsvSource({
    "400, SUSPECT",
    "401, MISCONFIGURED",
    "403, MISCONFIGURED",
    "404, MISCONFIGURED",
    "407, MISCONFIGURED",
    "408, TRANSIENT",
    "410, GONE",
    "413, SUSPECT",
    "421, MISCONFIGURED",
    "425, TRANSIENT",
    "429, TRANSIENT",
    "500, TRANSIENT",
    "503, TRANSIENT",
    "504, TRANSIENT"
  })
  void everyAnswerTakesOneRequest(int code, DeliveryClass meaning) {
    server.enqueue(answer(code).build());
    server.enqueue(answer(200).build());
    assertEquals(meaning, send().outcome());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308})
  void aRedirectTargetGetsNothing(int code) {
    server.enqueue(answer(code).addHeader("Location", other.url("/stolen")).build());
    Sent sent = send();
    assertEquals(DeliveryClass.MISCONFIGURED, sent.outcome());
    assertEquals(0, other.getRequestCount());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @CsvSource({"503, 0", "503, 1", "408, 0", "429, 0"})
  void anAnswerThatAsksForARetryGetsNoneAtOnce(int code, long seconds) {
    server.enqueue(answer(code).addHeader("Retry-After", seconds).build());
    server.enqueue(answer(200).build());
    Sent sent = send();
    assertEquals(DeliveryClass.TRANSIENT, sent.outcome());
    assertEquals(Duration.ofSeconds(seconds), sent.retryAfter());
    assertEquals(1, server.getRequestCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999", "999999999999999999999999999"})
  void aRetryAfterThatNoIntCanHoldDoesNoHarm(String seconds) {
    server.enqueue(answer(503).addHeader("Retry-After", seconds).build());
    server.enqueue(answer(503).addHeader("Retry-After", seconds).build());
    assertEquals(Duration.ofDays(1), send().retryAfter());
    assertEquals(DeliveryClass.TRANSIENT, send().outcome());
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
    use(InstantSource.fixed(Instant.parse("2026-11-23T18:50:17Z")), Duration.ofSeconds(10));
    server.enqueue(answer(401).addHeader("Date", "Mon, 23 Nov 2026 18:45:17 GMT").build());
    server.enqueue(answer(401).build());
    assertEquals(300, send().clockSkewSeconds());
    assertNull(send().clockSkewSeconds());
  }

  @Test
  void aSlowBodyTakesNoLongerThanAnAttemptMay() {
    use(InstantSource.system(), Duration.ofSeconds(1));
    server.enqueue(
        answer(200)
            .body("a".repeat(1_000_000))
            .throttleBody(8192, 500, TimeUnit.MILLISECONDS)
            .build());
    long start = System.nanoTime();
    Sent sent = send();
    assertEquals(DeliveryClass.DELIVERED, sent.outcome(), sent.note());
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(3));
  }

  @Test
  void anAnswerThatNeverComesEndsInTime() {
    use(InstantSource.system(), Duration.ofMillis(300));
    server.enqueue(answer(200).headersDelay(3, TimeUnit.SECONDS).build());
    Sent sent = send();
    assertEquals(DeliveryClass.TRANSIENT, sent.outcome());
    assertTrue(sent.note().endsWith(": no answer in time"), sent.note());
  }

  @Test
  void aLongAnswerIsNotReadToItsEnd() {
    server.enqueue(answer(200).body(new Buffer().write(new byte[8 << 20])).build());
    server.enqueue(answer(200).build());
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
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
    assertEquals(DeliveryClass.TRANSIENT, send().outcome());
    assertTrue(server.getRequestCount() <= 1);
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
  }

  @Test
  void nobodyThereIsTransient() {
    server.close();
    Sent sent = send();
    assertEquals(DeliveryClass.TRANSIENT, sent.outcome());
    assertEquals("https://localhost:%d: no connection".formatted(server.getPort()), sent.note());
  }

  @Test
  void aNameThatDoesNotResolveIsTransient() {
    use(Endpoints.at("https://kextwatch.invalid/hook"));
    Sent sent = send();
    assertEquals(DeliveryClass.TRANSIENT, sent.outcome());
    assertEquals("https://kextwatch.invalid: its name does not resolve", sent.note());
  }

  @Test
  void anUntrustedServerGetsNothing() {
    Endpoint endpoint =
        endpoints.open(
            new Settings.Webhook(
                url(), null, "/etc/secret", null, null, Map.of(), null, null, null, "none", null));
    WebhookClient distrustful = ((Endpoint.Ready) endpoint).client();
    server.enqueue(answer(200).build());
    Sent sent = distrustful.send(EVENT.id(), BODY, 1);
    assertEquals(DeliveryClass.TRANSIENT, sent.outcome());
    assertTrue(sent.note().contains("TLS fails"), sent.note());
    assertNull(server.getRequestCount() == 0 ? null : "a request");
    distrustful.close();
  }

  @Test
  void aServerOfAnotherNameGetsNothing() {
    use(Endpoints.at("https://[::1]:" + server.getPort() + "/"));
    assertEquals(DeliveryClass.TRANSIENT, send().outcome());
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
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
    RecordedRequest request = server.takeRequest();
    assertEquals(protocol.equals("HTTP_2") ? "HTTP/2" : "HTTP/1.1", request.getVersion());
    assertEquals("application/json", request.getHeaders().get("Content-Type"));
    assertNotNull(request.getHandshake());
  }

  @Test
  void plainHttpWorksOnLoopback() throws Exception {
    use(Endpoints.at("http://127.0.0.1:" + other.getPort() + "/hook"));
    other.enqueue(answer(200).build());
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
    assertEquals("/hook", other.takeRequest().getTarget());
  }

  @Test
  void connectionsAreKeptUntilThereIsRest() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.enqueue(answer(200).body("ok").build());
    }
    send();
    send();
    client.rest();
    send();
    assertEquals(0, server.takeRequest().getConnectionIndex());
    assertEquals(0, server.takeRequest().getConnectionIndex());
    assertEquals(1, server.takeRequest().getConnectionIndex());
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
    Sent sent = send();
    assertEquals(DeliveryClass.MISCONFIGURED, sent.outcome());
    RecordedRequest connect = server.takeRequest();
    assertEquals("CONNECT", connect.getMethod());
    assertEquals("Basic dXNlcjpwYXNz", connect.getHeaders().get("Proxy-Authorization"));
    assertNull(connect.getHeaders().get("webhook-signature"));
    assertEquals(DeliveryClass.DELIVERED, send().outcome());
    assertEquals("CONNECT", server.takeRequest().getMethod());
    assertNull(server.takeRequest().getHeaders().get("Proxy-Authorization"));
  }

  @Test
  void aProxyThatWantsALoginIsToldSo() {
    use(proxied(null));
    server.enqueue(
        answer(407).inTunnel().addHeader("Proxy-Authenticate: Basic realm=\"p\"").build());
    Sent sent = send();
    assertEquals(DeliveryClass.MISCONFIGURED, sent.outcome());
    assertEquals("https://localhost:1: the proxy wants a login", sent.note());
  }

  private Settings.Webhook proxied(String credentials) {
    return Endpoints.webhook(
        "https://localhost:1/hook",
        null,
        null,
        null,
        Map.of(),
        "localhost:" + server.getPort(),
        credentials);
  }

  private String url() {
    return "https://localhost:" + server.getPort() + Endpoints.PATH;
  }

  private void use(Settings.Webhook settings) {
    client.close();
    client = endpoints.client(settings);
  }

  private void use(InstantSource clock, Duration limit) {
    client.close();
    client = endpoints.client(Endpoints.at(url()), clock, limit);
  }

  private Sent send() {
    return client.send(EVENT.id(), BODY, 1);
  }

  private static MockResponse.Builder answer(int code) {
    return new MockResponse.Builder().code(code);
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
