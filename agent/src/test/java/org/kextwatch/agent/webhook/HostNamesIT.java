package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import mockwebserver3.MockResponse;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which names in a certificate are good for which host of an endpoint. A proxy leads each host to
 * one receiver, so that none of the names has to resolve.
 */
final class HostNamesIT extends OnAWebhook {
  private static final String OTHER_NAME = "its certificate is for ";
  private static final String NO_NAME = "has no subject alternative name (SAN)";
  private static final String AS_NAME = "as a DNS name, not as an IP address";

  @TempDir private static Path certificates;

  @ParameterizedTest(name = "{0} with {1}")
  @CsvSource({
    "192.0.2.7, IP:192.0.2.7",
    "192.0.2.7, 'DNS:a.test,IP:192.0.2.8,IP:192.0.2.7'",
    "[2001:db8::7], IP:2001:db8::7",
    "[2001:0DB8:0:0::7], IP:2001:db8::7",
    "[::ffff:192.0.2.7], IP:192.0.2.7", // the same address, as the URL is read
    "fleet.example.test, DNS:fleet.example.test",
    "FLEET.Example.test, DNS:fleet.example.test",
    "fleet.example.test, DNS:FLEET.Example.test",
    "fleet.example.test., DNS:fleet.example.test",
    "fleet.example.test, DNS:fleet.example.test.",
    "flotte-münchen.test, DNS:xn--flotte-mnchen-3ob.test",
    "xn--flotte-mnchen-3ob.test, DNS:xn--flotte-mnchen-3ob.test",
    "fleet.example.test, DNS:*.example.test",
    "example.test, DNS:*.test", // as all of OkHttp's callers
  })
  void areTaken(String host, String names) throws Exception {
    SendResult sent = send(host, names);
    assertEquals(DeliveryOutcome.DELIVERED, sent.outcome(), sent::note);
    assertEquals(2, server.getRequestCount());
  }

  @ParameterizedTest(name = "{0} with {1}")
  @CsvSource({
    "192.0.2.7, DNS:192.0.2.7, " + AS_NAME,
    "192.0.2.7, CN, " + NO_NAME,
    "192.0.2.7, IP:192.0.2.8, " + OTHER_NAME,
    "192.0.2.7, DNS:*.0.2.7, " + OTHER_NAME,
    "192.0.2.7, DNS:*, " + OTHER_NAME,
    "[2001:db8::7], DNS:2001:db8::7, " + AS_NAME,
    "[2001:db8::7], CN, " + NO_NAME,
    "[2001:db8::7], IP:2001:db8::8, " + OTHER_NAME,
    "fleet.example.test, CN, " + NO_NAME,
    "fleet.example.test, DNS:example.test, " + OTHER_NAME,
    "fleet.example.test, URI:https://fleet.example.test, " + NO_NAME,
    "a.fleet.example.test, DNS:*.example.test, " + OTHER_NAME,
    "example.test, DNS:*.example.test, " + OTHER_NAME,
    "fleet.example.test, DNS:*, " + OTHER_NAME,
    "fleet.example.test, DNS:*.test, " + OTHER_NAME,
    "fleet.example.test, DNS:*.*.test, " + OTHER_NAME,
    "fleet.example.test, DNS:fleet.*.test, " + OTHER_NAME,
    "fleet.example.test, DNS:f*.example.test, " + OTHER_NAME,
    "fleet.example.test, DNS:*fleet.example.test, " + OTHER_NAME,
    "flotte-münchen.test, DNS:*.münchen.test, " + OTHER_NAME,
    // fleet.example.test, NUL, .evil.test
    "fleet.example.test, 'DER:30:1F:82:1D:66:6C:65:65:74:2E:65:78:61:6D:70:6C:65:2E:74:65:73:74:00:2E:65:76:69:6C:2E:74:65:73:74', TLS fails: ",
  })
  void areRefused(String host, String names, String reason) throws Exception {
    SendResult sent = send(host, names);
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome(), sent::note);
    assertTrue(sent.note().contains(reason), sent::note);
    assertEquals(1, server.getRequestCount(), "more than CONNECT came");
  }

  /** The names as OpenSSL writes them; without any, the host is the common name alone. */
  private SendResult send(String host, String names) throws Exception {
    TlsReceivers made = new TlsReceivers(certificates);
    HeldCertificate own =
        names.equals("CN")
            ? new HeldCertificate.Builder()
                .signedBy(TlsReceivers.ROOT)
                .commonName(host.replaceAll("[\\[\\]]", ""))
                .build()
            : made.issue(
                "named", TlsReceivers.ROOT, TlsReceivers.EC, "-sha256", "subjectAltName=" + names);
    endpoints.put("/etc/ca.pem", TlsReceivers.ROOT.certificatePem(), "rw-r--r--");
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(own).build().sslSocketFactory());
    server.start();
    server.enqueue(new MockResponse.Builder().inTunnel().build());
    server.enqueue(new MockResponse.Builder().code(204).build());
    String proxy = "localhost:" + server.getPort();
    try (WebhookClient client =
        endpoints.client(WebhookRig.at("https://" + host + "/hook", "proxy", proxy))) {
      return client.send("evt_1", new byte[] {'{', '}'}, 1);
    }
  }
}
