package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.WebhookRig;
import org.kextwatch.agent.webhook.WebhookSecret;
import org.kextwatch.agent.webhook.WebhookSignature;

final class EventDispatcherTest extends DispatcherRig {

  @Test
  void eventsGoInOrderAndLeaveTheSpool() throws Exception {
    List<CloudEvent> events =
        List.of(
            EventSamples.started(1),
            EventSamples.changed(2),
            EventSamples.started(3),
            EventSamples.changed(4));
    keep(events);
    answer(200, 201, 202, 204);
    for (int i = 0; i < 3; i++) {
      assertEquals(Duration.ZERO, dispatcher.step());
    }
    assertEquals(SPLAY, dispatcher.step());
    for (CloudEvent event : events) {
      RecordedRequest request = server.takeRequest();
      assertEquals(event.id(), request.getHeaders().get("webhook-id"));
      assertEquals(event.body(), request.getBody());
    }
    assertEquals(0, spool.pendingCount());
    assertTrue(dispatcher.isEmpty());
    assertEquals(clock.instant(), dispatcher.state().lastDeliveryAt());
    assertNull(dispatcher.state().lastError());
  }

  /** Nothing that needs the disk is between an answer and the next request. */
  @Test
  void whileAnAnswerIsAwaitedTheOneBeforeIsDeletedAndTheNextIsRead() throws Exception {
    List<CloudEvent> events =
        List.of(EventSamples.changed(1), EventSamples.changed(2), EventSamples.changed(3));
    keep(events);
    List<Path> files = spool.pending().stream().map(this::file).toList();
    answer(200, 200, 200);
    dispatcher.step();
    assertEquals(List.of(true, true, true), exist(files));

    Files.write(files.get(1), new byte[1]); // it has been read
    disk.unreadable.add(files.get(2)); // for now
    dispatcher.step();
    assertEquals(List.of(false, true, true), exist(files));

    disk.unreadable.clear();
    assertEquals(SPLAY, dispatcher.step());
    assertEquals(List.of(false, false, false), exist(files));
    for (CloudEvent event : events) {
      assertEquals(event.body(), WebhookRig.next(server).getBody());
    }
  }

  @Test
  void whatWasDeliveredIsDeletedBeforeTheEnd() throws Exception {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2)));
    List<Path> files = spool.pending().stream().map(this::file).toList();
    answer(200);
    dispatcher.step();
    dispatcher.close();
    assertEquals(List.of(false, true), exist(files));
  }

  private static List<Boolean> exist(List<Path> files) {
    return files.stream().map(file -> Files.exists(file)).toList();
  }

  @Test
  void onlyWhatTheStateCountsIsSent() throws IOException {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2)));
    dispatcher.committed(1);
    answer(200, 200);
    dispatcher.step();
    assertTrue(dispatcher.isEmpty());
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertEquals(1, dispatcher.state().pending());
    dispatcher.committed(2);
    dispatcher.step();
    assertEquals(2, server.getRequestCount());
  }

  @Test
  void afterAFailureItWaitsAndSendsTheSameAgain() throws Exception {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2)));
    answer(503, 500, 200, 200);
    assertEquals(Duration.ofMillis(2_500), dispatcher.step());
    assertEquals(Duration.ofMillis(2_500), dispatcher.step());
    assertEquals(1, server.getRequestCount());
    clock.advance(Duration.ofMillis(2_500));
    assertEquals(Duration.ofSeconds(5), dispatcher.step());
    assertEquals(url("").replaceAll("/$", "") + " answered 500", dispatcher.state().lastError());
    clock.advance(Duration.ofSeconds(5));
    dispatcher.step();
    dispatcher.step();
    RecordedRequest[] requests = {
      server.takeRequest(), server.takeRequest(), server.takeRequest(), server.takeRequest()
    };
    assertEquals(id(requests[0]), id(requests[1]));
    assertEquals(id(requests[0]), id(requests[2]));
    assertFalse(id(requests[0]).equals(id(requests[3])));
    assertEquals(
        List.of("1", "2", "3", "1"),
        Arrays.stream(requests).map(r -> r.getHeaders().get("webhook-attempt")).toList());
    assertEquals(requests[0].getBody(), requests[2].getBody());
    assertEquals(0, spool.pendingCount());
    assertNull(dispatcher.state().lastError());
  }

  @Test
  void aConnectionFailureIsWaitedOut() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    server.close();
    assertEquals(Duration.ofMillis(2_500), dispatcher.step());
    clock.advance(Duration.ofSeconds(3));
    assertEquals(Duration.ofSeconds(5), dispatcher.step());
    assertEquals(1, spool.pendingCount());
    assertTrue(dispatcher.state().lastError().endsWith(": no connection"));
  }

  @Test
  void aWishToBeLeftAloneIsGranted() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    server.enqueue(new MockResponse.Builder().code(429).addHeader("Retry-After: 100").build());
    assertEquals(Duration.ofMinutes(2), dispatcher.step());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 401, 403, 404, 405})
  void noAnswerLosesAnEvent(int code) throws IOException {
    keep(List.of(EventSamples.changed(1)));
    AtomicInteger status = new AtomicInteger(code);
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder().code(status.get()).build();
          }
        });
    for (int look = 0; look < 15; look++) {
      Duration wait = dispatcher.step();
      assertTrue(wait.compareTo(Duration.ofMinutes(30)) <= 0, wait.toString());
      clock.advance(wait);
    }
    assertEquals(1, spool.pendingCount());
    assertEquals(0, spool.quarantinedCount());
    status.set(200);
    for (int look = 0; look < 4; look++) {
      clock.advance(dispatcher.step());
    }
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aSecretPutRightIsReadBeforeTheNextAttempt() throws Exception {
    keep(List.of(EventSamples.changed(1)));
    answer(401, 200);
    Duration wait = dispatcher.step();
    endpoints.put("/etc/secret", WebhookRig.OTHER_SECRET, "rw-------");
    clock.advance(wait);
    dispatcher.step();
    server.takeRequest();
    RecordedRequest request = server.takeRequest();
    assertTrue(
        WebhookSignature.isValid(
            WebhookSecret.parse(WebhookRig.OTHER_SECRET),
            request.getHeaders().get("webhook-signature"),
            id(request),
            Long.parseLong(request.getHeaders().get("webhook-timestamp")),
            request.getBody().toByteArray()));
  }

  @Test
  void anEndpointThatIsGoneIsProbedOnceADay() throws Exception {
    keep(List.of(EventSamples.changed(1)));
    answer(410, 410, 200, 200);
    assertEquals(Duration.ofDays(1), dispatcher.step());
    clock.advance(Duration.ofHours(23));
    assertEquals(Duration.ofHours(1), dispatcher.step());
    assertEquals(1, server.getRequestCount());
    clock.advance(Duration.ofHours(1));
    assertEquals(Duration.ofDays(1), dispatcher.step());
    clock.advance(Duration.ofDays(1));
    assertEquals(Duration.ZERO, dispatcher.step());
    dispatcher.step();
    assertEquals(0, spool.pendingCount());
    assertEquals("org.kextwatch.status.changed", type(server.takeRequest()));
    assertEquals("org.kextwatch.status.heartbeat", type(server.takeRequest()));
  }

  @Test
  void anEndpointThatIsGoneIsNotHurried() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    answer(410);
    dispatcher.step();
    dispatcher.expedite(true);
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertTrue(dispatcher.isDone());
  }

  @Test
  void otherSettingsEndEveryPause() throws Exception {
    keep(List.of(EventSamples.changed(1)));
    answer(410, 200);
    dispatcher.step();
    dispatcher.use(settings(url("/other")));
    dispatcher.step();
    server.takeRequest();
    assertEquals("/other", server.takeRequest().getTarget());
  }

  @Test
  void theSameSettingsEndNone() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    answer(410);
    dispatcher.step();
    dispatcher.use(settings(url("/hook")));
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void withoutAnEndpointEventsAreKept() throws IOException {
    dispatcher.close();
    dispatcher = dispatcher(settings(null));
    keep(List.of(EventSamples.changed(1)));
    assertEquals(EventDispatcher.REOPEN, dispatcher.step());
    dispatcher.expedite(true);
    dispatcher.step();
    assertTrue(dispatcher.isDone());
    assertEquals(1, spool.pendingCount());
    assertNull(dispatcher.state().lastError());

    dispatcher.use(settings(url("/hook")));
    answer(200);
    dispatcher.step();
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void anUnusableSecretIsToldAndReadAgain() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    endpoints.put("/etc/secret", WebhookRig.SECRET, "rw-r--r--");
    assertEquals(EventDispatcher.REOPEN, dispatcher.step());
    assertTrue(dispatcher.state().lastError().contains("chmod 600"));
    endpoints.put("/etc/secret", WebhookRig.SECRET, "rw-------");
    clock.advance(EventDispatcher.REOPEN);
    answer(200);
    dispatcher.step();
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void theSkewOfTheClockIsTold() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    server.enqueue(
        new MockResponse.Builder()
            .code(401)
            .addHeader("Date", "Mon, 23 Nov 2000 18:45:17 GMT")
            .build());
    dispatcher.step();
    assertNull(dispatcher.state().clockSkewSeconds()); // a date that is none
    clock.advance(Duration.ofHours(1));
    server.enqueue(
        new MockResponse.Builder()
            .code(200)
            .addHeader("Date", "Thu, 23 Nov 2000 18:45:17 GMT")
            .build());
    dispatcher.step();
    assertNotNull(dispatcher.state().clockSkewSeconds());
  }
}
