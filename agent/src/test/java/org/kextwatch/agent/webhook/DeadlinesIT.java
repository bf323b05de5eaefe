package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okio.BufferedSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.webhook.WebhookClientFactory.BoundedLookup;

/** An attempt ends in time at a server that is slow, silent, or sends without end. */
final class DeadlinesIT {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(40);
  private static final byte[] BODY = "{}".getBytes(UTF_8);
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String ENDLESS = OK + "Content-Type: text/plain\r\n\r\n";

  @TempDir private Path mac;
  private WebhookRig endpoints;

  @BeforeEach
  void start() throws IOException {
    endpoints = new WebhookRig(mac);
  }

  /**
   * A server that wastes time.
   *
   * @param meant the outcome of the attempt
   * @param talk what the server sends
   */
  private record Waste(
      String name, String scheme, int bytes, DeliveryOutcome meant, RawServer.Talk talk) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Waste> wastes() {
    DeliveryOutcome lost = DeliveryOutcome.TRANSIENT;
    DeliveryOutcome delivered = DeliveryOutcome.DELIVERED;
    return List.of(
        new Waste("says nothing", "http", 2, lost, DeadlinesIT::silence),
        new Waste("says nothing to TLS", "https", 2, lost, DeadlinesIT::silence),
        new Waste(
            "half a TLS record", "https", 2, lost, talk("\u0016\u0003\u0003\u0001\u0000", "")),
        new Waste(
            "an endless TLS record", "https", 2, lost, talk("\u0016\u0003\u0003@\u0000", "x")),
        new Waste("does not read", "http", 20 << 20, lost, DeadlinesIT::silence),
        new Waste("a slow status", "http", 2, lost, talk("", OK + "\r\n")),
        new Waste("slow headers", "http", 2, lost, talk(OK, "x: y\r\n")),
        new Waste("a slow body", "http", 2, delivered, talk(ENDLESS, "x")),
        new Waste("an endless status", "http", 2, lost, flood("", "HTTP/1.1 200 OK ")),
        new Waste("endless headers", "http", 2, lost, flood(OK, "x: y\r\n")),
        new Waste(
            "endless interim answers", "http", 2, lost, flood("", "HTTP/1.1 103 Wait\r\n\r\n")),
        new Waste("endless 100", "http", 2, lost, flood("", "HTTP/1.1 100 Continue\r\n\r\n")),
        new Waste("an endless body", "http", 2, delivered, flood(ENDLESS, "x".repeat(4_000))),
        new Waste(
            "endless chunks",
            "http",
            2,
            delivered,
            flood(OK + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")),
        new Waste(
            "a chunk that never begins",
            "http",
            2,
            delivered,
            flood(OK + "Transfer-Encoding: chunked\r\n\r\n", "0")),
        new Waste(
            "endless trailers",
            "http",
            2,
            delivered,
            flood(OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "x: y\r\n")));
  }

  @TestFactory
  Stream<DynamicTest> everyAttemptEndsInTime() {
    return AtOnce.each(wastes(), this::check);
  }

  private void check(Waste waste) throws Exception {
    AttemptLimits.grow(LIMIT, LONGEST, limit -> check(waste, limit));
  }

  private void check(Waste waste, Duration limit) throws IOException {
    try (RawServer server = new RawServer(waste.talk).start();
        WebhookClient client = client(waste.scheme + "://localhost:" + server.port(), limit)) {
      long start = System.nanoTime();
      SendResult sent = client.send("evt_1", new byte[waste.bytes], 1);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      AttemptLimits.assertMeant(Set.of(waste.meant), sent);
      assertTrue(took.compareTo(limit.plus(AttemptLimits.SLACK)) < 0, took::toString);
      client.closeIdleConnections();
      assertEquals(0, client.http.connectionPool().connectionCount());
    }
  }

  @Test
  void aServerThatNeverAcceptsIsGivenUp() throws IOException {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        WebhookClient client = client("http://localhost:" + full.getLocalPort(), LIMIT)) {
      for (int i = 0; i < 2; i++) {
        waiting.add(new Socket(full.getInetAddress(), full.getLocalPort()));
      }
      SendResult sent = client.send("evt_1", BODY, 1);
      assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
      assertTrue(sent.note().endsWith(": no answer in time"), sent.note());
    } finally {
      for (Socket one : waiting) {
        one.close();
      }
    }
  }

  @Test
  void aNameServerThatNeverAnswersIsGivenUp() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    Dns silent =
        host -> {
          try {
            hangs.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return List.of();
        };
    BoundedLookup lookup = new BoundedLookup(silent, Duration.ofMillis(100));
    assertThrows(UnknownHostException.class, () -> lookup.lookup("fleet.example.com"));
    hangs.countDown();
  }

  @Test
  void aNameServerThatAnswersIsHeard() throws Exception {
    BoundedLookup lookup = new BoundedLookup(Dns.SYSTEM, Patience.AMPLE);
    assertEquals(Dns.SYSTEM.lookup("localhost"), lookup.lookup("localhost"));
    assertThrows(UnknownHostException.class, () -> lookup.lookup("none.invalid"));
    try (WebhookClient client = client("http://localhost:1", LIMIT)) {
      assertEquals(new BoundedLookup(Dns.SYSTEM, Duration.ofSeconds(10)), client.http.dns());
    }
  }

  @Test
  void ofALongAnswerLittleIsRead() throws Exception {
    try (RawServer server = new RawServer(flood(ENDLESS, "x".repeat(4_000))).start();
        WebhookClient client = client("http://localhost:" + server.port(), Patience.AMPLE)) {
      assertEquals(DeliveryOutcome.DELIVERED, client.send("evt_1", BODY, 1).outcome());
      Patience.until(() -> isIdle(server)); // what is under way arrives
      long written = server.written();
      assertTrue(written >= 64 << 10, "" + written);
      assertTrue(written < 10 << 20, "besides 64 KiB only what the kernel holds: " + written);
    }
  }

  private static boolean isIdle(RawServer server) throws InterruptedException {
    long before = server.written();
    Thread.sleep(200);
    return server.written() == before;
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void ofALongAnswerLittleIsReadOverTlsToo(Protocol protocol) throws IOException {
    AtomicLong written = new AtomicLong();
    try (MockWebServer server = WebhookRig.server(protocol)) {
      server.enqueue(new MockResponse.Builder().body(new Counted(written)).build());
      server.enqueue(new MockResponse.Builder().build());
      server.start();
      String url = "https://localhost:" + server.getPort();
      try (WebhookClient client = client(url, Patience.AMPLE)) {
        assertEquals(DeliveryOutcome.DELIVERED, client.send("evt_1", BODY, 1).outcome());
        assertEquals(DeliveryOutcome.DELIVERED, client.send("evt_1", BODY, 1).outcome());
      }
    }
    // OkHttp lets a server send 16 MiB of an HTTP/2 stream ahead.
    assertTrue(written.get() < 20 << 20, written::toString);
  }

  /** A body of a gigabyte, counted as far as it is written. */
  private record Counted(AtomicLong written) implements MockResponseBody {
    @Override
    public long getContentLength() {
      return 1L << 30;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      for (int i = 0; i < 1 << 18; i++) {
        sink.write(new byte[4 << 10]);
        sink.flush();
        written.addAndGet(4 << 10);
      }
    }
  }

  @Test
  void anEndpointMayThinkAsLongAsTheWholeMayTake() {
    Endpoint shipped = endpoints.open(WebhookRig.at("https://localhost:1/hook"));
    try (WebhookClient client = ((Endpoint.Ready) shipped).client()) {
      OkHttpClient http = client.http;
      assertEquals(10_000, http.connectTimeoutMillis());
      assertEquals(30_000, http.callTimeoutMillis());
      assertEquals(0, http.readTimeoutMillis());
      assertEquals(0, http.writeTimeoutMillis());
    }
  }

  private WebhookClient client(String url, Duration limit) {
    return endpoints.client(WebhookRig.at(url), InstantSource.system(), limit);
  }

  private static void silence(RawServer server, Socket client) throws InterruptedException {
    while (!client.isClosed()) {
      Thread.sleep(50);
    }
  }

  /** Sends one text at once, then another one again and again, a character every 200 ms. */
  private static RawServer.Talk talk(String first, String slowly) {
    return (server, client) -> {
      server.say(client, first);
      for (int i = 0; !client.isClosed(); i++) {
        if (!slowly.isEmpty()) {
          server.say(client, "" + slowly.charAt(i % slowly.length()));
        }
        Thread.sleep(200);
      }
    };
  }

  /** Sends one text, then another one again and again, as fast as possible. */
  private static RawServer.Talk flood(String first, String again) {
    return (server, client) -> {
      RawServer.read(client);
      server.say(client, first);
      while (!client.isClosed()) {
        server.say(client, again);
      }
    };
  }
}
