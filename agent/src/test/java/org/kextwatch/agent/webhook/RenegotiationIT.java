package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A receiver with TLS 1.2 asks for a new handshake between the event and its answer, as some do
 * that want a client certificate for some addresses only.
 */
final class RenegotiationIT {
  private static final byte[] BODY = {'{', '}'};

  @TempDir private Path mac;
  private WebhookRig endpoints;
  private SSLServerSocket listener;
  private final AtomicInteger handshakes = new AtomicInteger();

  /** What the server does once it has the event. */
  private interface Then {
    void on(SSLSocket client) throws IOException;
  }

  @BeforeEach
  void prepare() throws Exception {
    endpoints = new WebhookRig(mac);
    endpoints.put("/etc/ca.pem", TlsReceivers.ROOT.certificatePem(), "rw-r--r--");
    endpoints.put("/etc/id.p12", "", "rw-------");
    Files.write(mac.resolve("etc/id.p12"), Pems.keystore(TlsReceivers.CLIENT, Pems.PASSWORD));
    endpoints.put("/etc/password", Pems.PASSWORD + "\n", "rw-------");
    HandshakeCertificates tls =
        new HandshakeCertificates.Builder()
            .heldCertificate(OddTlsReceivers.named(1_000)) // few handshakes are many bytes
            .addTrustedCertificate(TlsReceivers.CLIENT_CA.certificate())
            .build();
    listener =
        (SSLServerSocket)
            tls.sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    listener.setEnabledProtocols(new String[] {"TLSv1.2"});
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  @Test
  void aNewHandshakeDisturbsNoDelivery() throws Exception {
    serve(client -> renegotiate(client, 3));
    try (WebhookClient client = client(Duration.ofMinutes(3))) {
      SendResult sent = client.send("evt_1", BODY, 1);
      assertEquals(DeliveryOutcome.DELIVERED, sent.outcome(), sent::note);
    }
    assertEquals(1 + 3, handshakes.get());
  }

  @Test
  void aClientCertificateIsGivenThen() throws Exception {
    CompletableFuture<String> named = new CompletableFuture<>();
    serve(
        client -> {
          client.setNeedClientAuth(true);
          renegotiate(client, 1);
          named.complete(client.getSession().getPeerPrincipal().getName());
        });
    try (WebhookClient client = client(Duration.ofMinutes(3))) {
      SendResult sent = client.send("evt_1", BODY, 1);
      assertEquals(DeliveryOutcome.DELIVERED, sent.outcome(), sent::note);
      assertTrue(named.get().startsWith("CN=mac-7"), named::toString);
      assertNotNull(client.tls().sent());
    }
  }

  @Test
  void handshakesWithoutEndEnd() throws Exception {
    serve(client -> renegotiate(client, Integer.MAX_VALUE));
    try (WebhookClient client = client(Duration.ofMinutes(3))) {
      SendResult sent = client.send("evt_1", BODY, 1);
      assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome(), sent::note);
      assertTrue(sent.note().endsWith("more than 192 KiB in one attempt"), sent::note);
      client.closeIdleConnections();
      assertEquals(0, client.http.connectionPool().connectionCount());
    }
  }

  private void renegotiate(SSLSocket client, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      client.getSession().invalidate(); // a full handshake
      client.startHandshake();
      while (handshakes.get() < i + 2) { // the first was before the event
        readNothing(client);
      }
    }
  }

  /** Java's TLS makes its handshakes while somebody reads. */
  private static void readNothing(SSLSocket client) throws IOException {
    try {
      client.setSoTimeout(20);
      if (client.getInputStream().read() < 0) {
        throw new IOException("the client has gone");
      }
    } catch (SocketTimeoutException e) {
      // once more
    }
  }

  private void serve(Then then) {
    Thread server =
        new Thread(
            () -> {
              try (SSLSocket client = (SSLSocket) listener.accept()) {
                client.addHandshakeCompletedListener(e -> handshakes.incrementAndGet());
                RawServer.read(client);
                then.on(client);
                byte[] answer = "HTTP/1.1 204 Done\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                client.getOutputStream().write(answer);
                client.setSoTimeout(60_000);
                client.getInputStream().readAllBytes();
              } catch (IOException e) {
                // the client has gone
              }
            },
            "renegotiating server");
    server.setDaemon(true);
    server.start();
  }

  private WebhookClient client(Duration limit) {
    String url = "https://localhost:" + listener.getLocalPort() + "/hook";
    return endpoints.client(
        WebhookRig.at(
            url, "clientKeystore", "/etc/id.p12", "clientKeystorePasswordFile", "/etc/password"),
        InstantSource.system(),
        limit);
  }
}
