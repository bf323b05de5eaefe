package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.report.EventData.Cause;
import org.kextwatch.agent.report.EventData.HeartbeatData;
import org.kextwatch.agent.report.EventData.StoppingData;

final class DeliveryTest {
  private static final Duration LONG = Patience.AMPLE;

  @TempDir private Path mac;

  private final MockWebServer server = new MockWebServer();
  private final EventWriter writer = new EventWriter();
  private Endpoints endpoints;
  private Spool spool;
  private Delivery delivery;

  @BeforeEach
  void start() throws IOException {
    Endpoints.useHttps(server);
    server.start();
    endpoints = new Endpoints(mac);
    spool = new Spool(mac.resolve("spool"), new Disk());
    spool.open();
    delivery = delivery(Optional::empty, Duration.ofMinutes(15));
  }

  @AfterEach
  void stop() {
    delivery.stop(Duration.ZERO);
    server.close();
  }

  @Test
  void whatIsCommittedArrivesInOrderAndVerifies() throws Exception {
    delivery.start();
    List<String> ids = new ArrayList<>();
    for (long sequence = 1; sequence <= 50; sequence++) {
      answer(200);
      ids.add(keep(sequence).id());
      delivery.committed(sequence);
    }
    for (String id : ids) {
      RecordedRequest request = server.takeRequest(60, TimeUnit.SECONDS);
      assertNotNull(request);
      assertEquals(id, request.getHeaders().get("webhook-id"));
      new Webhook(Endpoints.SECRET)
          .verify(request.getBody().utf8(), request.getHeaders().toMultimap());
    }
    assertTrue(delivery.flush(LONG));
    assertEquals(0, delivery.state().pending());
    assertNotNull(delivery.state().lastDeliveryAt());
  }

  @Test
  void flushingSendsWhatIsHeldBack() throws IOException {
    answer(200);
    keep(1);
    delivery.committed(1);
    delivery.start();
    assertTrue(delivery.flush(LONG));
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void flushingEndsInTime() throws IOException {
    for (int i = 0; i < 100; i++) {
      answer(503);
    }
    keep(1);
    delivery.committed(1);
    delivery.start();
    long start = System.nanoTime();
    assertFalse(delivery.flush(Duration.ofMillis(300)));
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(25));
    assertEquals(1, delivery.state().pending());
  }

  @Test
  void flushingWithoutAnEndpointDoesNotWait() throws IOException {
    delivery.use(settings(Duration.ofMinutes(15), Endpoints.at(null)));
    keep(1);
    delivery.committed(1);
    delivery.start();
    long start = System.nanoTime();
    assertFalse(delivery.flush(LONG));
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(25));
  }

  @Test
  void flushingWithNothingToSendDoesNotWait() {
    delivery.start();
    assertTrue(delivery.flush(LONG));
  }

  @Test
  void flushingWhatWasNeverStartedDoesNotWait() throws IOException {
    keep(1);
    delivery.committed(1);
    assertFalse(delivery.flush(LONG));
  }

  @Test
  void stoppingSendsTheLastEvent() throws IOException {
    delivery.start();
    answer(200);
    keep(1);
    delivery.committed(1);
    delivery.stop(LONG);
    assertEquals(1, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void stoppingDoesNotWaitForASlowServer() throws IOException {
    server.enqueue(new MockResponse.Builder().headersDelay(1, TimeUnit.MINUTES).build());
    delivery.start();
    keep(1);
    delivery.committed(1);
    long start = System.nanoTime();
    delivery.stop(Duration.ofMillis(100));
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(25));
    assertEquals(1, spool.pendingCount());
  }

  @Test
  void otherSettingsAreTakenWhileItRuns() throws Exception {
    delivery.use(settings(Duration.ofMinutes(15), Endpoints.at(null)));
    delivery.start();
    keep(1);
    delivery.committed(1);
    assertFalse(delivery.flush(Duration.ofSeconds(5)));
    answer(200);
    delivery.use(settings(Duration.ofMinutes(15), Endpoints.at(url())));
    assertTrue(delivery.flush(LONG));
  }

  @Test
  void heartbeatsAreMadeWhenTheyAreSent() throws Exception {
    delivery =
        delivery(
            () ->
                Optional.of(
                    writer.write(
                        new HeartbeatData(Samples.STATUS, 0, 1), Samples.DEVICE, Samples.NOW)),
            Duration.ofMillis(500));
    answer(200);
    answer(200);
    delivery.start();
    assertNotNull(server.takeRequest(60, TimeUnit.SECONDS));
    assertNotNull(server.takeRequest(60, TimeUnit.SECONDS));
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aHeartbeatThatCannotBeMadeEndsNothing() throws Exception {
    delivery =
        delivery(
            () -> {
              throw new IllegalStateException("no status yet");
            },
            Duration.ofMillis(100));
    delivery.start();
    TimeUnit.MILLISECONDS.sleep(300);
    answer(200);
    keep(1);
    delivery.committed(1);
    assertTrue(delivery.flush(LONG));
  }

  private Delivery delivery(Supplier<Optional<Event>> heartbeat, Duration interval) {
    return new Delivery(
        spool,
        endpoints.root,
        "0.1.0",
        "C02XK0AAJG5H",
        settings(interval, Endpoints.at(url())),
        heartbeat);
  }

  private String url() {
    return "https://localhost:" + server.getPort() + "/hook";
  }

  private static Settings settings(Duration heartbeat, Settings.Webhook webhook) {
    Settings.Pace pace = Settings.defaults().pace();
    return Endpoints.settings(
        webhook,
        new Settings.Pace(
            pace.health(),
            pace.atRisk(),
            heartbeat,
            pace.confirm(),
            pace.settle(),
            pace.toolTimeout()));
  }

  private void answer(int code) {
    server.enqueue(new MockResponse.Builder().code(code).build());
  }

  private Event keep(long sequence) throws IOException {
    Event event =
        writer.write(
            new StoppingData(Samples.STATUS, Cause.SIGNAL),
            Samples.DEVICE,
            Samples.NOW,
            Samples.STREAM,
            sequence);
    spool.append(event);
    return event;
  }
}
