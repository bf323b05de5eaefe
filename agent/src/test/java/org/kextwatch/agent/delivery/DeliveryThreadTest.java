package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.webhook.OnAWebhook;
import org.kextwatch.agent.webhook.WebhookRig;

final class DeliveryThreadTest extends OnAWebhook {
  private static final Duration LONG = Patience.AMPLE;

  private Spool spool;
  private DeliveryThread delivery;

  @BeforeEach
  void makeDelivery() throws IOException {
    start();
    spool = new Spool(mac.resolve("spool"), new Disk());
    spool.open();
    delivery = delivery(Optional::empty, Duration.ofMinutes(15));
  }

  @AfterEach
  void stopDelivery() {
    delivery.stop(Duration.ZERO);
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
      new Webhook(WebhookRig.SECRET)
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
    delivery.use(WebhookRig.settings(WebhookRig.at(null)));
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
    delivery.use(WebhookRig.settings(WebhookRig.at(null)));
    delivery.start();
    keep(1);
    delivery.committed(1);
    assertFalse(delivery.flush(Duration.ofSeconds(5)));
    answer(200);
    delivery.use(WebhookRig.settings(WebhookRig.at(url("/hook"))));
    assertTrue(delivery.flush(LONG));
  }

  @Test
  void heartbeatsAreMadeWhenTheyAreSent() throws Exception {
    delivery =
        delivery(
            () -> Optional.of(EventSamples.heartbeat(EventSamples.NOW)), Duration.ofMillis(500));
    answer(200);
    answer(200);
    delivery.start();
    assertNotNull(server.takeRequest(60, TimeUnit.SECONDS));
    assertNotNull(server.takeRequest(60, TimeUnit.SECONDS));
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aHeartbeatThatCannotBeMadeEndsNothing() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    delivery =
        delivery(
            () -> {
              asked.countDown();
              throw new IllegalStateException("no status yet");
            },
            Duration.ofMillis(100));
    delivery.start();
    assertTrue(asked.await(LONG.toSeconds(), TimeUnit.SECONDS));
    answer(200);
    keep(1);
    delivery.committed(1);
    assertTrue(delivery.flush(LONG));
  }

  private DeliveryThread delivery(Supplier<Optional<CloudEvent>> heartbeat, Duration interval) {
    return new DeliveryThread(
        spool,
        endpoints.root,
        "0.1.0",
        "C02XK0AAJG5H",
        WebhookRig.settings(WebhookRig.at(url("/hook")), interval),
        heartbeat);
  }

  private CloudEvent keep(long sequence) throws IOException {
    CloudEvent event = EventSamples.stopping(sequence);
    spool.append(event);
    return event;
  }
}
