package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.demo.receiver.WebhookReceiver;

class ThrowawayCertificateTest {
  private static final ThrowawayCertificate MADE = ThrowawayCertificate.make();

  @Test
  void itIsForLoopbackAndForOneDay() throws Exception {
    X509Certificate certificate = certificate();
    List<String> names =
        certificate.getSubjectAlternativeNames().stream()
            .map(name -> "" + name.get(1))
            .sorted()
            .toList();
    assertEquals(List.of("127.0.0.1", "localhost"), names);
    assertEquals("EC", certificate.getPublicKey().getAlgorithm());
    Instant now = Instant.now();
    assertFalse(certificate.getNotBefore().toInstant().isAfter(now));
    assertTrue(
        certificate.getNotAfter().toInstant().isBefore(now.plus(Duration.ofDays(1).plusHours(1))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void aClientThatTrustsThePemTrustsTheServer(String host) throws Exception {
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(0, MADE.tls(), (id, at, body, signature) -> true, r -> {})) {
      HttpClient client = HttpClient.newBuilder().sslContext(trusting(certificate())).build();
      assertEquals(404, get(client, receiver, host));
    }
  }

  @Test
  void aClientThatDoesNotTrustItRefusesTheServer() throws Exception {
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(0, MADE.tls(), (id, at, body, signature) -> true, r -> {})) {
      HttpClient client = HttpClient.newHttpClient();
      assertThrows(SSLHandshakeException.class, () -> get(client, receiver, "127.0.0.1"));
    }
  }

  @Test
  void everyOneIsNew() {
    assertNotEquals(MADE.pem(), ThrowawayCertificate.make().pem());
  }

  private static int get(HttpClient client, WebhookReceiver receiver, String host)
      throws Exception {
    URI to = URI.create("https://" + host + ":" + receiver.address().getPort() + "/");
    return client
        .send(HttpRequest.newBuilder(to).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static X509Certificate certificate() throws Exception {
    byte[] pem = MADE.pem().getBytes(StandardCharsets.US_ASCII);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  private static SSLContext trusting(Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("demo", certificate);
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
