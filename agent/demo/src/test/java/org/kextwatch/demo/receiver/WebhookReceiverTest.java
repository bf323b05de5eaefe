package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.demo.receiver.Sender.Reply;

class WebhookReceiverTest {
  private static final Reply NEW = new Reply(200, "{\"received\":true,\"duplicate\":false}");
  private static final Reply AGAIN = new Reply(200, "{\"received\":true,\"duplicate\":true}");
  private static final Reply BAD_SIGNATURE =
      new Reply(401, "{\"error\":\"the signature is not valid\"}");

  private final BlockingQueue<Delivery> received = new LinkedBlockingQueue<>();
  private final OkHttpClient client = new OkHttpClient();
  private WebhookReceiver receiver;
  private Sender sender;

  @BeforeEach
  void start() throws IOException {
    receiver = WebhookReceiver.listen(0, null, Sender.reference(), received::add);
    sender = new Sender(client, receiver.address());
  }

  @AfterEach
  void stop() {
    receiver.close();
    client.connectionPool().evictAll();
  }

  @Test
  void aSignedEventIsHandedOnWhole() throws Exception {
    String body = Sender.event("evt_1", 42);
    Instant before = Instant.now();
    assertEquals(NEW, sender.send("evt_1", body));
    Delivery one = received.remove();
    assertEquals(
        new Delivery(
            "evt_1",
            new ParsedEvent(
                "evt_1",
                "org.kextwatch.status.changed",
                "0c7f3f1e",
                42L,
                "C02XK0AAJG5H",
                "Blocked \u2013 waiting.",
                ParsedEvent.parse(body).orElseThrow().data()),
            true,
            false,
            0,
            1,
            one.receivedAt(),
            body),
        one);
    assertFalse(one.receivedAt().isBefore(before));
  }

  @Test
  void aRetryIsADuplicateAndStillWelcome() throws Exception {
    String body = Sender.event("evt_1", 1);
    assertEquals(NEW, sender.send("evt_1", body));
    Map<String, String> retry = Sender.headers("evt_1", Instant.now().plusSeconds(5), body);
    retry.put("webhook-attempt", "2");
    assertEquals(AGAIN, sender.post(retry, body.getBytes(StandardCharsets.UTF_8)));
    assertFalse(received.remove().duplicate());
    Delivery second = received.remove();
    assertTrue(second.duplicate());
    assertEquals(2, second.attempt());
  }

  @Test
  void aSkippedNumberIsAGap() throws Exception {
    sender.send("evt_1", Sender.event("evt_1", 1));
    sender.send("evt_5", Sender.event("evt_5", 5));
    sender.send("evt_6", Sender.event("evt_6", 6));
    assertEquals(List.of(0L, 3L, 0L), received.stream().map(Delivery::gap).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "webhook-id, evt_2",
    "webhook-id, ''",
    "webhook-timestamp, 1614265330",
    "webhook-timestamp, now",
    "webhook-timestamp, ''",
    "webhook-signature, ''",
    "webhook-signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='",
    "webhook-signature, v1",
  })
  void aHeaderThatWasTouchedBreaksTheSignature(String header, String value) throws Exception {
    String body = Sender.event("evt_1", 1);
    Map<String, String> headers = Sender.headers("evt_1", Instant.now(), body);
    headers.put(header, value);
    assertEquals(BAD_SIGNATURE, sender.post(headers, body.getBytes(StandardCharsets.UTF_8)));
    assertFalse(received.remove().verified());
  }

  @Test
  void everyByteOfTheBodyIsSigned() throws Exception {
    String body = Sender.event("evt_1", 1);
    Map<String, String> headers = Sender.headers("evt_1", Instant.now(), body);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += 19) {
      byte[] touched = bytes.clone();
      touched[i] ^= 1;
      assertEquals(BAD_SIGNATURE, sender.post(headers, touched));
    }
    assertEquals(BAD_SIGNATURE, sender.post(headers, Arrays.copyOf(bytes, bytes.length - 1)));
    assertTrue(received.stream().noneMatch(Delivery::verified));
  }

  @ParameterizedTest
  @ValueSource(longs = {-310, 310})
  void anOldOrEarlySignatureDoesNotHold(long seconds) throws Exception {
    String body = Sender.event("evt_1", 1);
    Map<String, String> headers = Sender.headers("evt_1", Instant.now().plusSeconds(seconds), body);
    assertEquals(BAD_SIGNATURE, sender.post(headers, body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aForgerCannotMakeATrueEventADuplicateOrAGap() throws Exception {
    String body = Sender.event("evt_1", 9);
    Map<String, String> forged = Sender.headers("evt_1", Instant.now(), body);
    forged.put("webhook-signature", "v1,AAAA");
    assertEquals(BAD_SIGNATURE, sender.post(forged, body.getBytes(StandardCharsets.UTF_8)));
    assertEquals(NEW, sender.send("evt_1", Sender.event("evt_1", 1)));
    assertEquals(List.of(false, true), received.stream().map(Delivery::verified).toList());
    assertTrue(received.stream().noneMatch(r -> r.duplicate() || r.gap() > 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not JSON", "{}", "[1]", "{\"specversion\":\"1.0\"}"})
  void whatIsSignedButNoEventIsRefused(String body) throws Exception {
    assertEquals(400, sender.send("evt_1", body).status());
    Delivery one = received.remove();
    assertTrue(one.verified());
    assertNull(one.type());
    assertEquals(body, one.body());
  }

  @Test
  void theIdOfTheHeaderIsTheIdOfTheEvent() throws Exception {
    assertEquals(400, sender.send("evt_1", Sender.event("evt_2", 1)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json; charset=utf-8", "application/cloudevents+json", "text/plain"})
  void onlyTheContentTypeThatEveryReceiverTakesIsTaken(String type) throws Exception {
    String body = Sender.event("evt_1", 1);
    Map<String, String> headers = Sender.headers("evt_1", Instant.now(), body);
    headers.put("Content-Type", type);
    assertEquals(415, sender.post(headers, body.getBytes(StandardCharsets.UTF_8)).status());
    assertEquals(NEW, sender.send("evt_1", body), "what was refused may come again");
  }

  @Test
  void badUtf8IsNoEventWhoeverVouchesForIt() throws Exception {
    try (WebhookReceiver trusting =
        WebhookReceiver.listen(0, null, (id, at, body, signature) -> true, received::add)) {
      byte[] body = Sender.event("evt_1", 1).getBytes(StandardCharsets.UTF_8);
      body[body.length - 20] = (byte) 0xff;
      Map<String, String> headers = Sender.headers("evt_1", Instant.now(), "");
      assertEquals(400, new Sender(client, trusting.address()).post(headers, body).status());
    }
  }

  @Test
  void aMebibyteIsTakenAndNoByteMore() throws Exception {
    String body = Sender.event("evt_1", 1);
    String whole = body + " ".repeat((1 << 20) - body.getBytes(StandardCharsets.UTF_8).length);
    assertEquals(NEW, sender.send("evt_1", whole));
    assertEquals(413, sender.send("evt_1", whole + " ").status());
    assertEquals(1, received.size());
  }

  @ParameterizedTest
  @CsvSource({"GET, /kextwatch", "PUT, /kextwatch", "POST, /", "POST, /kextwatch/x", "GET, /x"})
  void elsewhereThereIsNothing(String method, String path) throws Exception {
    URI to = receiver.address().resolve(path);
    RequestBody body = method.equals("GET") ? null : RequestBody.create(new byte[] {1});
    assertEquals(404, sender.call(method, to, Map.of(), body).status());
    assertTrue(received.isEmpty());
  }

  @Test
  void theAttemptIsWhatTheSenderSaysIfItIsANumber() throws Exception {
    String body = Sender.event("evt_1", 1);
    for (String attempt : List.of("7", "-1", "x", "99999999999")) {
      Map<String, String> headers = Sender.headers("evt_1", Instant.now(), body);
      headers.put("webhook-attempt", attempt);
      sender.post(headers, body.getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of(7, 0, 0, 0), received.stream().map(Delivery::attempt).toList());
  }

  @Test
  void manySendersAtOnceAreAllHeardOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String id = "evt_" + i % 50;
        replies.add(threads.submit(() -> sender.send(id, Sender.event(id, 1))));
      }
      for (Future<Reply> reply : replies) {
        assertEquals(200, reply.get().status());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(50, received.stream().filter(r -> !r.duplicate()).count());
    assertEquals(50, received.stream().filter(Delivery::duplicate).count());
  }

  @Test
  void aConsumerThatFailsCostsOneRequestAndNotTheReceiver() throws Exception {
    List<Delivery> heard = new ArrayList<>();
    try (WebhookReceiver fragile =
        WebhookReceiver.listen(
            0,
            null,
            Sender.reference(),
            one -> {
              heard.add(one);
              if (heard.size() == 1) {
                throw new IllegalStateException("the consumer is broken");
              }
            })) {
      OkHttpClient once = client.newBuilder().retryOnConnectionFailure(false).build();
      Sender to = new Sender(once, fragile.address());
      assertThrows(IOException.class, () -> to.send("evt_1", Sender.event("evt_1", 1)));
      assertEquals(200, to.send("evt_2", Sender.event("evt_2", 2)).status());
    }
  }

  @Test
  void itListensOnLoopbackAloneAndStopsWhenClosed() throws Exception {
    int port = receiver.address().getPort();
    assertEquals("127.0.0.1", receiver.address().getHost());
    assertThrows(
        BindException.class, () -> WebhookReceiver.listen(port, null, Sender.reference(), r -> {}));
    receiver.close();
    assertThrows(
        IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
  }

  @Test
  void overHttpsItIsTheSame() throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .addSubjectAlternativeName("127.0.0.1")
            .duration(1, TimeUnit.HOURS)
            .build();
    HandshakeCertificates server =
        new HandshakeCertificates.Builder().heldCertificate(held).build();
    HandshakeCertificates trust =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    OkHttpClient trusting =
        client
            .newBuilder()
            .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
            .callTimeout(Duration.ofSeconds(20))
            .build();
    try (WebhookReceiver secure =
        WebhookReceiver.listen(0, server.sslContext(), Sender.reference(), received::add)) {
      assertEquals("https", secure.address().getScheme());
      Sender to = new Sender(trusting, secure.address());
      assertEquals(NEW, to.send("evt_1", Sender.event("evt_1", 1)));
      assertEquals(AGAIN, to.send("evt_1", Sender.event("evt_1", 1)));
      Sender stranger = new Sender(client, secure.address());
      assertThrows(IOException.class, () -> stranger.send("evt_2", Sender.event("evt_2", 2)));
      assertEquals(List.of(0L, 0L), received.stream().map(Delivery::gap).toList());
    } finally {
      trusting.connectionPool().evictAll();
    }
  }
}
