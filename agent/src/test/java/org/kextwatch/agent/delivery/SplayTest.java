package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.webhook.WebhookRig;

/** What waits for its moment, and what waits for nobody. */
final class SplayTest extends DispatcherRig {

  @Test
  void theNewsOfOurStartWaitsForTheSplay() throws IOException {
    keep(List.of(started(1)));
    answer(200);
    assertEquals(SPLAY, courier.step());
    assertEquals(0, server.getRequestCount());
    clock.advance(SPLAY);
    courier.step();
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aTransitionGoesAtOnceAndTakesAlongWhatWaits() throws Exception {
    keep(List.of(started(1)));
    courier.step();
    keep(List.of(changed(2)));
    answer(200, 200);
    courier.step();
    courier.step();
    assertEquals("org.kextwatch.agent.started", type(server.takeRequest()));
    assertEquals("org.kextwatch.status.changed", type(server.takeRequest()));
  }

  @Test
  void aTransitionThatTheStateDoesNotCountYetHurriesNothing() throws IOException {
    keep(List.of(started(1), changed(2)));
    courier.committed(1);
    courier.step();
    assertEquals(0, server.getRequestCount());
  }

  @Test
  void inAHurryNothingIsHeldBack() throws IOException {
    keep(List.of(started(1)));
    answer(200);
    courier.expedite(true);
    assertFalse(courier.isDone());
    courier.step();
    assertEquals(1, server.getRequestCount());
    assertTrue(courier.isDone());
  }

  @Test
  void aHurryCutsAPauseShortOnce() throws IOException {
    keep(List.of(changed(1)));
    answer(503, 503);
    courier.step();
    courier.expedite(true);
    courier.step();
    courier.step();
    assertEquals(2, server.getRequestCount());
    assertFalse(courier.isDone());
  }

  @Test
  void afterASleepTheNewsOfAStartIsSplayedAgain() throws IOException {
    clock.advance(SPLAY);
    courier.step();
    clock.jump(Duration.ofHours(8));
    keep(List.of(started(1)));
    assertEquals(SPLAY, courier.step());
    assertEquals(0, server.getRequestCount());
  }

  @Test
  void heartbeatsComeInTheirPhaseWhenNothingWaits() throws Exception {
    Duration first = settle();
    answer(200, 200);
    clock.advance(first.minusMillis(1));
    courier.step();
    assertEquals(0, server.getRequestCount());
    clock.advance(Duration.ofMillis(1));
    courier.step();
    assertEquals("org.kextwatch.status.heartbeat", type(server.takeRequest()));
    assertEquals(HEARTBEAT, courier.step());
    clock.advance(HEARTBEAT);
    courier.step();
    assertEquals(2, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aDueHeartbeatWaitsForNoEvent() throws Exception {
    clock.advance(settle());
    keep(List.of(changed(1)));
    answer(200, 200);
    courier.step();
    courier.step();
    assertEquals("org.kextwatch.status.heartbeat", type(server.takeRequest()));
    assertEquals("org.kextwatch.status.changed", type(server.takeRequest()));
  }

  @Test
  void aRefusedHeartbeatIsNotSentAndTriedAgain() throws IOException {
    clock.advance(settle());
    answer(400, 400, 200);
    assertEquals(Duration.ofSeconds(30), courier.step());
    clock.advance(Duration.ofSeconds(30));
    assertEquals(Duration.ofSeconds(60), courier.step());
    clock.advance(Duration.ofSeconds(60));
    Duration next = courier.step();
    assertEquals(3, server.getRequestCount());
    assertEquals(HEARTBEAT.minusSeconds(90), next);
  }

  @Test
  void withHeartbeatsOffNoneIsSent() throws IOException {
    courier.close();
    courier = courier(every(Duration.ZERO));
    keep(List.of(started(1)));
    answer(200);
    assertEquals(SPLAY, courier.step());
    for (int hour = 0; hour < 48; hour++) {
      clock.advance(Duration.ofHours(1));
      courier.step();
    }
    assertEquals(1, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void anotherIntervalIsTakenUp() throws IOException {
    settle();
    courier.use(every(Duration.ofMinutes(5)));
    assertTrue(courier.step().compareTo(Duration.ofMinutes(5).multipliedBy(2)) < 0);
    courier.use(every(Duration.ZERO));
    assertTrue(courier.step().compareTo(Duration.ofHours(1)) > 0);
  }

  private Settings every(Duration heartbeat) {
    return WebhookRig.settings(
        WebhookRig.at(url("/hook")),
        GivenSettings.with(Map.of("heartbeatIntervalSeconds", heartbeat)).intervals());
  }

  @Test
  void aMonthOfflineCostsOneHeartbeat() throws IOException {
    settle();
    for (int day = 0; day < 30; day++) {
      answer(503);
      clock.advance(Duration.ofDays(1));
      courier.step();
    }
    clock.advance(Duration.ofDays(1));
    answer(200, 200);
    courier.step();
    assertTrue(courier.step().compareTo(Duration.ZERO) > 0);
    assertEquals(31, server.getRequestCount());
  }

  @Test
  void aSleepOfEightHoursCostsOneHeartbeatAfterTheSplay() throws IOException {
    settle();
    clock.jump(Duration.ofHours(8));
    assertEquals(SPLAY, courier.step());
    clock.advance(SPLAY);
    answer(200, 200);
    courier.step();
    assertTrue(courier.step().compareTo(Duration.ZERO) > 0);
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void onceTheNetworkIsBackWhatMayWaitIsSplayed() throws IOException {
    settle();
    keep(List.of(changed(1)));
    answer(503, 200, 200);
    clock.advance(courier.step());
    assertEquals(SPLAY, courier.step());
    keep(List.of(started(2)));
    assertEquals(SPLAY, courier.step());
    assertEquals(2, server.getRequestCount());
    clock.advance(SPLAY);
    courier.step();
    assertEquals(3, server.getRequestCount());
  }

  @Test
  void aClockSetBackYearsDoesNotSilenceHeartbeats() throws IOException {
    Duration first = settle();
    clock.jump(Duration.ofDays(-3650));
    clock.advance(first);
    answer(200);
    courier.step();
    assertEquals(1, server.getRequestCount());
  }

  @Test
  void aHeartbeatThatIsNotThereIsAskedForAgainSoonAndNotCounted() throws IOException {
    courier.close();
    AtomicInteger asked = new AtomicInteger();
    courier =
        courier(
            settings(url("/hook")), () -> asked.incrementAndGet() < 3 ? Optional.empty() : beat());
    clock.advance(settle());
    answer(200);
    assertEquals(Duration.ofSeconds(30), courier.step());
    assertEquals(Duration.ofSeconds(30), courier.step());
    assertEquals(1, asked.get());
    clock.advance(Duration.ofSeconds(30));
    courier.step();
    assertEquals(0, server.getRequestCount());
    clock.advance(Duration.ofSeconds(30));
    assertEquals(HEARTBEAT.minusSeconds(60), courier.step());
    assertEquals(1, server.getRequestCount());
  }
}
