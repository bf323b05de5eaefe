package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Protocol;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.webhook.FloodServer.Flood;

/**
 * Whatever frames of HTTP/2 an endpoint sends without end, and whether it reads or not: an attempt
 * ends, its connection is closed, and little is held.
 */
final class HttpFloodIT {
  private static final byte[] BODY = "{}".getBytes(UTF_8);

  /** What this machine's kernel holds for a server and for a client, and the limit. */
  private static final long FEW_BYTES = 12 << 20;

  @TempDir private Path mac;
  private WebhookRig endpoints;

  @BeforeEach
  void start() throws IOException {
    endpoints = new WebhookRig(mac);
  }

  private record Case(Flood flood, boolean isAnswered) {}

  @TestFactory
  Stream<DynamicTest> everyFloodEnds() {
    List<Case> cases = new ArrayList<>();
    for (Flood flood : Flood.values()) {
      cases.add(new Case(flood, false));
      cases.add(new Case(flood, true));
    }
    return AtOnce.each(cases, this::check);
  }

  private void check(Case one) throws IOException {
    try (FloodServer flood = new FloodServer(WebhookRig.serverTls(), one.flood, one.isAnswered);
        WebhookClient client =
            endpoints.client(
                WebhookRig.at(flood.address()), InstantSource.system(), Patience.AMPLE)) {
      SendResult sent = client.send("evt_1", BODY, 1);
      assertEquals(
          one.isAnswered ? DeliveryOutcome.DELIVERED : DeliveryOutcome.TRANSIENT,
          sent.outcome(),
          sent::toString);
      assertTrue(
          one.isAnswered || sent.note().endsWith("sent more than 192 KiB in one attempt"),
          sent::note);
      if (one.isAnswered) {
        client.send("evt_2", BODY, 1); // perhaps over the same connection; only its end counts
      }
      client.closeIdleConnections();
      assertEquals(0, client.http.connectionPool().connectionCount());
      Patience.until(() -> flood.ended() > 0);
      assertTrue(flood.most() < FEW_BYTES, () -> flood.most() + " bytes");
    }
  }

  /** Its rest would count for the next attempt. */
  @Test
  void aLongAnswerTakesNothingFromTheNextAttempt() throws IOException {
    try (MockWebServer server = WebhookRig.server(Protocol.HTTP_2)) {
      server.start();
      String url = "https://localhost:" + server.getPort();
      try (WebhookClient client = endpoints.client(WebhookRig.at(url))) {
        for (int attempt = 1; attempt <= 5; attempt++) {
          server.enqueue(new MockResponse.Builder().body("a".repeat(2 << 20)).build());
          assertEquals(DeliveryOutcome.DELIVERED, client.send("evt_1", BODY, 1).outcome());
        }
      }
      assertEquals(5, server.getRequestCount());
    }
  }

  @Test
  void whatTakesTooLongIsCutOff() throws IOException {
    WebhookSockets sockets = new WebhookSockets();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket one = sockets.createSocket()) {
      one.connect(silent.getLocalSocketAddress());
      String ended = sockets.within(Duration.ofMillis(100), () -> read(one));
      assertEquals("Socket closed", ended);
      assertTrue(one.isClosed());
    }
  }

  private static String read(Socket socket) {
    try {
      return "got " + socket.getInputStream().read();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Many answers, none of them long, are no flood. */
  @Test
  void theLimitIsThatOfOneAttempt() throws IOException {
    WebhookSockets sockets = new WebhookSockets();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket one = sockets.createSocket()) {
      one.connect(server.getLocalSocketAddress());
      try (Socket other = server.accept()) {
        for (int attempt = 0; attempt < 4; attempt++) {
          sockets.renew();
          other.getOutputStream().write(new byte[80_000]);
          assertEquals(80_000, one.getInputStream().readNBytes(80_000).length);
          other.getOutputStream().write(new byte[80_000]);
          assertEquals(80_000, one.getInputStream().readNBytes(80_000).length);
          assertEquals(160_000, sockets.received());
        }
      }
    }
  }
}
