package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.EndpointProbe.ProbeResult;
import org.kextwatch.agent.webhook.EndpointProbe.Step;

/** How far an event gets, at real servers. */
final class EndpointProbeTest extends OnAWebhook {
  private static final CloudEvent EVENT = EventSamples.test();

  private static final Duration AMPLE = Duration.ofSeconds(30);

  /** For servers that never answer. */
  private static final Duration BRIEF = Duration.ofSeconds(2);

  @Test
  void aGoodEndpointPassesEveryStep() throws Exception {
    start();
    server.enqueue(new MockResponse.Builder().code(201).build());
    EndpointProbe probe = probe("localhost");
    assertEquals(ProbeResult.DELIVERED, probe.result());
    assertEquals("https://localhost:" + server.getPort(), probe.endpoint());
    assertEquals(
        List.of("settings", "dns", "tcp", "tls", "post"),
        probe.steps().stream().map(Step::name).toList());
    for (Step step : probe.steps()) {
      assertTrue(step.ok() && step.remedy().isEmpty(), step::toString);
      assertTrue(step.milliseconds() >= 0 && step.milliseconds() < 60_000, step::toString);
    }
    assertTrue(step(probe, "dns").found().contains("127.0.0.1"), probe::toString);
    String tls = step(probe, "tls").found();
    assertTrue(tls.contains("TLSv1.3") && tls.contains("CN=Test root"), tls);
    assertTrue(tls.contains("CN=localhost") && tls.matches(".* until 20\\d\\d-.*Z .*"), tls);
    assertTrue(step(probe, "post").found().endsWith("answered 201"), probe::toString);

    RecordedRequest request = WebhookRig.next(server);
    new Webhook(WebhookRig.SECRET)
        .verify(
            EVENT.body().utf8(),
            HttpHeaders.of(Map.copyOf(request.getHeaders().toMultimap()), (name, value) -> true));
    assertEquals(EVENT.body(), request.getBody());
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void anAddressNeedsNoDns() throws Exception {
    start();
    server.enqueue(new MockResponse.Builder().build());
    assertEquals(
        List.of("settings", "tcp", "tls", "post"),
        probe("127.0.0.1").steps().stream().map(Step::name).toList());
  }

  @Test
  void plainHttpOnThisMachineNeedsNoTls() throws Exception {
    server.start();
    server.enqueue(new MockResponse.Builder().build());
    EndpointProbe probe = run(WebhookRig.at("http://127.0.0.1:" + server.getPort() + "/x"));
    assertEquals(ProbeResult.DELIVERED, probe.result());
    assertEquals(
        List.of("settings", "tcp", "post"), probe.steps().stream().map(Step::name).toList());
  }

  @Test
  void noEndpointIsAMatterOfSettings() {
    EndpointProbe probe = run(WebhookRig.at(null));
    assertEquals(ProbeResult.BAD_SETTINGS, probe.result());
    assertNull(probe.endpoint());
    assertFailed(probe, "settings", "no endpoint", "Set endpoint");
  }

  @Test
  void aMissingSecretIsAMatterOfSettings() throws IOException {
    Files.delete(mac.resolve("etc/secret"));
    EndpointProbe probe = run(WebhookRig.at("https://localhost/x"));
    assertEquals(ProbeResult.BAD_SETTINGS, probe.result());
    assertFailed(probe, "settings", "secretFile: there is no /etc/secret", "Fix the setting");
  }

  @Test
  void anUnknownHostIsAMatterOfDns() {
    assertFailed(
        run(WebhookRig.at("https://nowhere.invalid/canary")),
        "dns",
        "its name does not resolve",
        "Check the host");
  }

  @Test
  void aRefusedPortIsAMatterOfTcp() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertFailed(
        run(WebhookRig.at("https://127.0.0.1:" + port + "/canary")),
        "tcp",
        "no connection to 127.0.0.1:" + port,
        "Check that the receiver runs");
  }

  @Test
  void aProxyThatIsNotThereIsNamed() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertFailed(
        run(WebhookRig.at("https://localhost/x", "proxy", "127.0.0.1:" + port)),
        "tcp",
        "the proxy 127.0.0.1:" + port,
        "proxyCredentialsFile");
  }

  @Test
  void anIssuerNobodyTrustsIsNamed() throws IOException {
    HeldCertificate root =
        new HeldCertificate.Builder().certificateAuthority(0).commonName("Inspection Inc").build();
    start(Pems.server(root).build());
    assertFailed(probe("localhost"), "tls", "CN=Inspection Inc", "caBundle");
    assertEquals(0, server.getRequestCount());
  }

  @Test
  void aPortThatDoesNotSpeakTlsIsSaidSo() throws IOException {
    server.start();
    assertFailed(run(hook("localhost"), BRIEF), "tls", "", "the port is one for TLS");
  }

  @ParameterizedTest
  @CsvSource({
    "401, authorizationFile",
    "301, Set endpoint",
    "410, no longer exists",
    "413, application/json",
    "503, The receiver fails",
  })
  void whatTheReceiverAnswersIsExplained(int status, String remedy) throws IOException {
    start();
    server.enqueue(new MockResponse.Builder().code(status).build());
    assertFailed(probe("localhost"), "post", "answered " + status, remedy);
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aPageIsNoReceiverThoughItSaysWell() throws IOException {
    start();
    server.enqueue(
        new MockResponse.Builder()
            .setHeader("Content-Type", "text/html; charset=utf-8")
            .body("<!DOCTYPE html><title>Sign in</title>")
            .build());
    EndpointProbe probe = probe("localhost");
    assertEquals(ProbeResult.DELIVERED, probe.result());
    Step post = step(probe, "post");
    assertTrue(post.ok() && post.found().endsWith(" with a page (HTML)"), post::toString);
    assertTrue(post.remedy().contains("login"), post::toString);
  }

  @Test
  void aReceiverThatHangsIsSaidToHang() throws Exception {
    start();
    AttemptLimits.grow(
        BRIEF,
        AMPLE,
        limit -> {
          server.enqueue(
              new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
          EndpointProbe probe = run(hook("localhost"), limit);
          if (probe.steps().size() < 5) {
            throw new AttemptLimits.TooSlow(probe.toString());
          }
          assertFailed(probe, "post", "no answer in time", "did not answer");
          assertTrue(step(probe, "post").milliseconds() > 0, probe::toString);
        });
  }

  @Test
  void aReceiverThatHangsUpIsSaidSo() throws IOException {
    start();
    server.enqueue(
        new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    assertFailed(probe("localhost"), "post", "the connection broke", "did not answer");
  }

  @Test
  void aClockThatWouldBreakSignaturesIsToldThoughTheReceiverTookIt() throws IOException {
    start();
    server.enqueue(
        new MockResponse.Builder().setHeader("Date", "Wed, 21 Oct 2015 07:28:00 GMT").build());
    Step post = step(probe("localhost"), "post");
    assertTrue(post.ok(), post::toString);
    assertTrue(
        post.found().matches(".*; this Mac's clock is \\d+ s ahead of the endpoint's"),
        post::found);
    assertTrue(post.remedy().contains("Set this Mac's clock"), post::toString);
  }

  private void start(HeldCertificate certificate) throws IOException {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder().heldCertificate(certificate).build();
    server.useHttps(certificates.sslSocketFactory());
    server.start();
  }

  private EndpointProbe probe(String host) {
    return run(hook(host));
  }

  private Settings hook(String host) {
    return WebhookRig.at("https://" + host + ":" + server.getPort() + "/hooks/canary?token=canary");
  }

  private EndpointProbe run(Settings settings) {
    return run(settings, AMPLE);
  }

  private EndpointProbe run(Settings settings, Duration limit) {
    return EndpointProbe.run(settings, endpoints.root, "0.1.0", EVENT, limit);
  }

  private static Step step(EndpointProbe probe, String name) {
    return probe.steps().stream()
        .filter(step -> step.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(probe.toString()));
  }

  private static void assertFailed(EndpointProbe probe, String name, String found, String remedy) {
    assertFalse(probe.result() == ProbeResult.DELIVERED, probe::toString);
    Step last = probe.steps().get(probe.steps().size() - 1);
    assertEquals(name, last.name(), probe::toString);
    assertFalse(last.ok(), probe::toString);
    assertTrue(last.found().contains(found), probe::toString);
    assertTrue(last.remedy().contains(remedy), probe::toString);
    assertTrue(
        probe.steps().subList(0, probe.steps().size() - 1).stream().allMatch(Step::ok),
        probe::toString);
    assertFalse(probe.toString().contains("canary"), probe::toString);
  }
}
