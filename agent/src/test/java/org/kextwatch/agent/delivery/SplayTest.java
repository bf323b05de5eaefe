package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.webhook.WebhookRig;

/** News of a start and heartbeats wait for the splay; other events do not. */
final class SplayTest extends DispatcherRig {

  @Test
  void theNewsOfOurStartWaitsForTheSplay() throws IOException {
    keep(List.of(EventSamples.started(1)));
    answer(200);
    assertEquals(SPLAY, dispatcher.step());
    assertEquals(0, server.getRequestCount());
    clock.advance(SPLAY);
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aTransitionGoesAtOnceAndTakesAlongWhatWaits() throws Exception {
    keep(List.of(EventSamples.started(1)));
    dispatcher.step();
    keep(List.of(EventSamples.changed(2)));
    answer(200, 200);
    dispatcher.step();
    dispatcher.step();
    assertEquals("org.kextwatch.agent.started", type(server.takeRequest()));
    assertEquals("org.kextwatch.status.changed", type(server.takeRequest()));
  }

  @Test
  void aTransitionThatTheStateDoesNotCountYetHurriesNothing() throws IOException {
    keep(List.of(EventSamples.started(1), EventSamples.changed(2)));
    dispatcher.committed(1);
    dispatcher.step();
    assertEquals(0, server.getRequestCount());
  }

  @Test
  void inAHurryNothingIsHeldBack() throws IOException {
    keep(List.of(EventSamples.started(1)));
    answer(200);
    dispatcher.expedite(true);
    assertFalse(dispatcher.isDone());
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertTrue(dispatcher.isDone());
  }

  @Test
  void aHurryCutsAPauseShortOnce() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    answer(503, 503);
    dispatcher.step();
    dispatcher.expedite(true);
    dispatcher.step();
    dispatcher.step();
    assertEquals(2, server.getRequestCount());
    assertFalse(dispatcher.isDone());
  }

  @Test
  void afterASleepTheNewsOfAStartIsSplayedAgain() throws IOException {
    clock.advance(SPLAY);
    dispatcher.step();
    clock.jump(Duration.ofHours(8));
    keep(List.of(EventSamples.started(1)));
    assertEquals(SPLAY, dispatcher.step());
    assertEquals(0, server.getRequestCount());
  }

  @Test
  void heartbeatsComeInTheirPhaseWhenNothingWaits() throws Exception {
    Duration first = settle();
    answer(200, 200);
    clock.advance(first.minusMillis(1));
    dispatcher.step();
    assertEquals(0, server.getRequestCount());
    clock.advance(Duration.ofMillis(1));
    dispatcher.step();
    assertEquals("org.kextwatch.status.heartbeat", type(server.takeRequest()));
    assertEquals(HEARTBEAT, dispatcher.step());
    clock.advance(HEARTBEAT);
    dispatcher.step();
    assertEquals(2, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aDueHeartbeatWaitsForNoEvent() throws Exception {
    clock.advance(settle());
    keep(List.of(EventSamples.changed(1)));
    answer(200, 200);
    dispatcher.step();
    dispatcher.step();
    assertEquals("org.kextwatch.status.heartbeat", type(server.takeRequest()));
    assertEquals("org.kextwatch.status.changed", type(server.takeRequest()));
  }

  @Test
  void aRefusedHeartbeatIsNotSentAndTriedAgain() throws IOException {
    clock.advance(settle());
    answer(400, 400, 200);
    assertEquals(Duration.ofSeconds(30), dispatcher.step());
    clock.advance(Duration.ofSeconds(30));
    assertEquals(Duration.ofSeconds(60), dispatcher.step());
    clock.advance(Duration.ofSeconds(60));
    Duration next = dispatcher.step();
    assertEquals(3, server.getRequestCount());
    assertEquals(HEARTBEAT.minusSeconds(90), next);
  }

  @Test
  void withHeartbeatsOffNoneIsSent() throws IOException {
    dispatcher.close();
    dispatcher = dispatcher(every(Duration.ZERO));
    keep(List.of(EventSamples.started(1)));
    answer(200);
    assertEquals(SPLAY, dispatcher.step());
    for (int hour = 0; hour < 48; hour++) {
      clock.advance(Duration.ofHours(1));
      dispatcher.step();
    }
    assertEquals(1, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void anotherIntervalIsTakenUp() throws IOException {
    settle();
    dispatcher.use(every(Duration.ofMinutes(5)));
    assertTrue(dispatcher.step().compareTo(Duration.ofMinutes(5).multipliedBy(2)) < 0);
    dispatcher.use(every(Duration.ZERO));
    assertTrue(dispatcher.step().compareTo(Duration.ofHours(1)) > 0);
  }

  private Settings every(Duration heartbeat) {
    return WebhookRig.settings(WebhookRig.at(url("/hook")), heartbeat);
  }

  @Test
  void aMonthOfflineCostsOneHeartbeat() throws IOException {
    settle();
    for (int day = 0; day < 30; day++) {
      answer(503);
      clock.advance(Duration.ofDays(1));
      dispatcher.step();
    }
    clock.advance(Duration.ofDays(1));
    answer(200, 200);
    dispatcher.step();
    assertTrue(dispatcher.step().compareTo(Duration.ZERO) > 0);
    assertEquals(31, server.getRequestCount());
  }

  @Test
  void aSleepOfEightHoursCostsOneHeartbeatAfterTheSplay() throws IOException {
    settle();
    clock.jump(Duration.ofHours(8));
    assertEquals(SPLAY, dispatcher.step());
    clock.advance(SPLAY);
    answer(200, 200);
    dispatcher.step();
    assertTrue(dispatcher.step().compareTo(Duration.ZERO) > 0);
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void onceTheNetworkIsBackWhatMayWaitIsSplayed() throws IOException {
    settle();
    keep(List.of(EventSamples.changed(1)));
    answer(503, 200, 200);
    clock.advance(dispatcher.step());
    assertEquals(SPLAY, dispatcher.step());
    keep(List.of(EventSamples.started(2)));
    assertEquals(SPLAY, dispatcher.step());
    assertEquals(2, server.getRequestCount());
    clock.advance(SPLAY);
    dispatcher.step();
    assertEquals(3, server.getRequestCount());
  }

  @Test
  void aClockSetBackYearsDoesNotSilenceHeartbeats() throws IOException {
    Duration first = settle();
    clock.jump(Duration.ofDays(-3650));
    clock.advance(first);
    answer(200);
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aHeartbeatThatIsNotThereIsAskedForAgainSoonAndNotCounted() throws IOException {
    dispatcher.close();
    AtomicInteger asked = new AtomicInteger();
    dispatcher =
        dispatcher(
            settings(url("/hook")), () -> asked.incrementAndGet() < 3 ? Optional.empty() : beat());
    clock.advance(settle());
    answer(200);
    assertEquals(Duration.ofSeconds(30), dispatcher.step());
    assertEquals(Duration.ofSeconds(30), dispatcher.step());
    assertEquals(1, asked.get());
    clock.advance(Duration.ofSeconds(30));
    dispatcher.step();
    assertEquals(0, server.getRequestCount());
    clock.advance(Duration.ofSeconds(30));
    assertEquals(HEARTBEAT.minusSeconds(60), dispatcher.step());
    assertEquals(1, server.getRequestCount());
  }
}
