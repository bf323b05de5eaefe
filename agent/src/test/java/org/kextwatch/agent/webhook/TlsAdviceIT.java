package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.EndpointProbe.ProbeResult;
import org.kextwatch.agent.webhook.EndpointProbe.Step;

/** TLS fails between a real server and this Java: each cause has its own sentence. */
final class TlsAdviceIT extends OnAWebhook {
  private static final CloudEvent EVENT = EventSamples.test();

  private static final HeldCertificate ROOT = Pems.root("Ours");
  private static final HeldCertificate STRANGE_ROOT = Pems.root("Inspection Inc");
  private static final HeldCertificate INTERMEDIATE = Pems.intermediate(ROOT, "Between").build();

  private static final HeldCertificate NO_CA =
      new HeldCertificate.Builder().commonName("nobody").signedBy(ROOT).build();

  @BeforeEach
  void trustOurRoot() throws IOException {
    endpoints.put("/etc/ca.pem", ROOT.certificatePem(), "rw-r--r--");
  }

  static Stream<Arguments> chains() throws IOException {
    HeldCertificate good = Pems.server(INTERMEDIATE).build();
    HeldCertificate old = Pems.valid(Pems.intermediate(ROOT, "Old one"), -9, -2).build();
    HeldCertificate early = Pems.valid(Pems.intermediate(ROOT, "Early one"), 2, 9).build();
    HeldCertificate strange = Pems.intermediate(STRANGE_ROOT, "Strange one").build();
    HeldCertificate renewed = Pems.root("Ours");
    HeldCertificate self = new HeldCertificate.Builder().commonName("localhost").build();
    HeldCertificate nameless =
        new HeldCertificate.Builder().signedBy(ROOT).commonName("localhost").build();
    HeldCertificate elsewhere =
        new HeldCertificate.Builder()
            .signedBy(ROOT)
            .addSubjectAlternativeName("a.example")
            .addSubjectAlternativeName("10.0.0.1")
            .build();
    return Stream.of(
        bad("is not valid before", "not yet valid", Pems.valid(Pems.server(ROOT), 2, 9).build()),
        bad("expired on", "has expired: renew", Pems.valid(Pems.server(ROOT), -9, -2).build()),
        bad(
            "the intermediate certificate CN=Old one expired on",
            "install the CA's current intermediate",
            Pems.server(old).build(),
            old),
        bad(
            "the intermediate certificate CN=Early one is not valid before",
            "install the CA's current intermediate",
            Pems.server(early).build(),
            early),
        bad("the issuer, CN=Between, is neither", "intermediate certificate is missing", good),
        bad(
            "the issuer, CN=Inspection Inc, is neither",
            "security find-certificate -a -c \"Inspection Inc\" -p"
                + " /Library/Keychains/System.keychain > FILE",
            Pems.server(STRANGE_ROOT).build()),
        bad(
            "its root certificate, CN=Inspection Inc, is neither",
            "-c \"Inspection Inc\" -p",
            Pems.server(strange).build(),
            strange,
            STRANGE_ROOT),
        bad(
            "its chain ends at CN=Strange one, and its issuer, CN=Inspection Inc, is neither",
            "set caBundle to that file",
            Pems.server(strange).build(),
            strange),
        bad(
            "trusted only with another key",
            "issuer's current certificate",
            Pems.server(renewed).build()),
        bad("CN=localhost, is self-signed", "Use a certificate of a CA", self),
        bad("no subject alternative name", "Issue one that names localhost", nameless),
        bad("is for a.example, 10.0.0.1, not for localhost", "another name", elsewhere),
        bad(
            "CN=nobody has issued a certificate, but is not a CA",
            "issued by a CA",
            Pems.server(NO_CA).build(),
            NO_CA),
        bad(
            "is not for TLS servers (extended key usage)",
            "serverAuth",
            HeldCertificate.decode(Pems.text("client-purpose.pem"))));
  }

  private static Arguments bad(
      String found, String remedy, HeldCertificate own, HeldCertificate... above) {
    return Arguments.of(found, remedy, own, List.of(above));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chains")
  void everyBadChainHasItsSentence(
      String found, String remedy, HeldCertificate own, List<HeldCertificate> above)
      throws Exception {
    if (remedy.equals("serverAuth")) {
      endpoints.put("/etc/ca.pem", Pems.text("client-purpose-root.pem"), "rw-r--r--");
    }
    serve(new HandshakeCertificates.Builder().heldCertificate(own, certificates(above)).build());

    EndpointProbe probe = probe(null);
    Step step = last(probe, "tls");
    assertTrue(step.found().startsWith("TLS fails: ") && step.found().contains(found), step::found);
    assertTrue(step.remedy().contains(remedy), step::remedy);
    assertEquals(0, server.getRequestCount());

    SendResult sent = send();
    assertTrue(sent.note().contains(found), sent.note()); // the daemon says the same
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());

    server.enqueue(new MockResponse.Builder().inTunnel().build());
    String proxy = "localhost:" + server.getPort();
    SendResult proxied = send(WebhookRig.at("https://localhost:1/hook", "proxy", proxy));
    assertTrue(proxied.note().startsWith("https://localhost:1: TLS fails: "), proxied.note());
    assertTrue(proxied.note().contains(found), proxied.note());
    assertEquals("CONNECT", server.takeRequest().getMethod());
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aGoodChainInWrongOrderIsNotAtFault() {
    HeldCertificate unused = Pems.intermediate(Pems.root("Ours"), "unused").build();
    HeldCertificate own = Pems.server(INTERMEDIATE).build();
    List<X509Certificate> roots = List.of(ROOT.certificate());
    assertNull(
        CertificateFlaw.of(List.of(Pems.chain(own, unused, INTERMEDIATE)), roots, Instant.now()));
    assertNull(
        CertificateFlaw.of(List.of(Pems.chain(own, ROOT, INTERMEDIATE)), roots, Instant.now()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aServerThatInsistsOnAClientCertificateIsUnderstood(String version) throws Exception {
    server.useHttps(new TlsVersion(version, asking().build().sslSocketFactory()));
    server.requireClientAuth();
    server.start();
    for (int i = 0; i < 3; i++) { // the alert and the end of the connection race
      Step step = last(probe(null), version.equals("TLSv1.2") ? "tls" : "post");
      assertTrue(step.found().contains("asked for a client certificate and got none"), step::found);
      assertTrue(step.remedy().contains("set clientKeystore"), step::remedy);
    }
  }

  @Test
  void aClientCertificateThatIsRefusedIsNamed() throws Exception {
    serve(asking().build());
    server.requireClientAuth();
    keystore(Pems.server(STRANGE_ROOT).commonName("mac-7").build());
    EndpointProbe probe = probe("/etc/id.p12");
    Step step = probe.steps().get(probe.steps().size() - 1);
    assertTrue(step.remedy().contains("clientKeystore"), step::toString);
  }

  @Test
  void aClientCertificateThatHasExpiredIsNamed() throws Exception {
    serve(asking().build());
    server.requireClientAuth();
    keystore(Pems.valid(Pems.server(ROOT).commonName("mac-7"), -9, -2).build());
    EndpointProbe probe = probe("/etc/id.p12");
    Step step = probe.steps().get(probe.steps().size() - 1);
    assertTrue(step.found().contains("CN=mac-7, which expired on"), step::found);
    assertTrue(step.remedy().contains("renew"), step::remedy);
  }

  @Test
  void aGoodClientCertificateIsTaken() throws Exception {
    serve(asking().build());
    server.requireClientAuth();
    keystore(Pems.server(ROOT).commonName("mac-7").build());
    server.enqueue(new MockResponse.Builder().build());
    assertEquals(ProbeResult.DELIVERED, probe("/etc/id.p12").result());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403})
  void aServerThatAsksAndAnswersAllTheSameIsUnderstood(int status) throws IOException {
    serve(asking().build());
    server.requestClientAuth();
    server.enqueue(
        new MockResponse.Builder()
            .code(status)
            .body("<html>400 No required SSL certificate was sent</html>")
            .build());
    Step step = last(probe(null), "post");
    assertTrue(
        step.remedy().startsWith("The receiver asked for a client certificate and got none: set"),
        step::remedy);
  }

  private static HandshakeCertificates.Builder asking() {
    return new HandshakeCertificates.Builder()
        .heldCertificate(Pems.server(ROOT).build())
        .addTrustedCertificate(ROOT.certificate());
  }

  private void serve(HandshakeCertificates certificates) throws IOException {
    server.useHttps(certificates.sslSocketFactory());
    server.start();
  }

  private void keystore(HeldCertificate client) throws Exception {
    endpoints.put("/etc/id.p12", "", "rw-------");
    Files.write(mac.resolve("etc/id.p12"), Pems.keystore(client, Pems.PASSWORD));
    endpoints.put("/etc/password", Pems.PASSWORD + "\n", "rw-------");
  }

  private SendResult send() {
    return send(hook(null));
  }

  private SendResult send(Settings settings) {
    try (WebhookClient client = endpoints.client(settings)) {
      return client.send(EVENT.id(), EVENT.body().toByteArray(), 1);
    }
  }

  private EndpointProbe probe(@Nullable String keystore) {
    return EndpointProbe.run(hook(keystore), endpoints.root, "0.1.0", EVENT);
  }

  private Settings hook(@Nullable String keystore) {
    return WebhookRig.at(
        url(WebhookRig.PATH),
        "clientKeystore",
        keystore,
        "clientKeystorePasswordFile",
        keystore == null ? null : "/etc/password");
  }

  private static Step last(EndpointProbe probe, String name) {
    Step last = probe.steps().get(probe.steps().size() - 1);
    assertEquals(name, last.name(), probe::toString);
    assertFalse(last.ok(), probe::toString);
    assertFalse(probe.toString().contains("canary"), probe::toString);
    return last;
  }

  private static X509Certificate[] certificates(List<HeldCertificate> above) {
    return Pems.chain(above.toArray(HeldCertificate[]::new));
  }
}
