package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventSamples;

/** An endpoint rejects an event: either the event is at fault or the endpoint. */
final class RefusedEventTest extends DispatcherRig {
  private final List<Got> got = new ArrayList<>();
  private ToIntFunction<String> answer = number -> 200;

  /** A request: the number of the event in it, or heartbeat, and which attempt it says it is. */
  private record Got(String what, String attempt, Instant at) {}

  @BeforeEach
  void listen() {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            String what = number(request.getBody().utf8());
            got.add(new Got(what, request.getHeaders().get("webhook-attempt"), clock.instant()));
            return new MockResponse.Builder().code(answer.applyAsInt(what)).build();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 409, 413, 415, 422})
  void anEventThatAloneIsRefusedIsGivenUpAfterOthersWereTaken(int code) throws IOException {
    answer = what -> what.equals("1") ? code : 200;
    keep(1, 2, 3);
    live(Duration.ofMinutes(5));
    assertEquals(List.of("1", "1", "1", "1", "1", "2", "1", "3"), whats());
    assertEquals(List.of("1", "2", "3", "4", "5", "1", "6", "1"), attempts());
    Duration tried = Duration.between(got.get(0).at(), got.get(4).at());
    assertTrue(tried.compareTo(Duration.ofMinutes(3)) >= 0, tried.toString());
    assertEquals(Map.of(1L, DropReason.REJECTED), lost());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void anEndpointThatRefusesEverythingLosesNothingAndGetsItInOrder() throws IOException {
    answer = what -> 400;
    keep(1, 2, 3, 4, 5);
    live(Duration.ofMinutes(90));
    assertEquals(5, spool.pendingCount());
    assertTrue(got.size() < 70, got.size() + " requests in ninety minutes");
    long beats = whats().stream().filter("heartbeat"::equals).count();
    assertTrue(beats >= 5, beats + " heartbeats in ninety minutes");

    answer = what -> 200;
    got.clear();
    live(Duration.ofHours(1));
    List<String> events = new ArrayList<>(whats());
    events.removeIf("heartbeat"::equals);
    assertEquals(List.of("1", "2", "3", "4", "5"), events);
    assertEquals(Map.of(), lost());
  }

  @Test
  void anEndpointThatIsDownProvesNothing() throws IOException {
    answer = what -> what.equals("1") ? 422 : 503;
    keep(1, 2);
    live(Duration.ofMinutes(40));
    assertEquals(Map.of(), lost());
    answer = what -> what.equals("1") ? 422 : 200;
    live(Duration.ofMinutes(30));
    assertEquals(Map.of(1L, DropReason.REJECTED), lost());
  }

  @Test
  void withNothingElseToSendAHeartbeatTells() throws IOException {
    answer = what -> what.equals("1") ? 413 : 200;
    keep(1);
    live(Duration.ofHours(1));
    int beat = whats().indexOf("heartbeat");
    assertEquals("1", whats().get(beat + 1));
    assertEquals(1, whats().lastIndexOf("1") - beat);
    assertEquals(Map.of(1L, DropReason.REJECTED), lost());
  }

  @Test
  void whoDoesNotKnowStartsAndStopsGetsAllElse() throws IOException {
    answer = what -> List.of("1", "2", "4", "5").contains(what) ? 400 : 200;
    keep(
        List.of(
            EventSamples.stopping(1),
            EventSamples.started(2),
            EventSamples.changed(3),
            EventSamples.stopping(4),
            EventSamples.started(5),
            EventSamples.changed(6)));
    live(Duration.ofMinutes(10));
    assertEquals(0, spool.pendingCount());
    assertEquals(Set.of(1L, 2L, 4L, 5L), lost().keySet());
    assertTrue(whats().containsAll(List.of("3", "6")));
  }

  @Test
  void anEventThatDrawsA500ForEverStopsNobody() throws IOException {
    answer = what -> what.equals("1") ? 500 : 200;
    keep(1, 2);
    live(Duration.ofHours(2));
    assertEquals(0, spool.pendingCount());
    assertEquals(Map.of(1L, DropReason.REJECTED), lost());
  }

  @Test
  void oneThatWasRefusedForAWhileIsDeliveredOnce() throws IOException {
    answer = what -> got.size() < 4 ? 400 : 200;
    keep(1, 2);
    live(Duration.ofMinutes(10));
    assertEquals(List.of("1", "1", "1", "1", "2"), whats());
    assertEquals(Map.of(), lost());
  }

  private void live(Duration time) {
    Instant end = clock.instant().plus(time);
    while (clock.instant().isBefore(end)) {
      Duration wait = dispatcher.step();
      clock.advance(wait.compareTo(Duration.ofSeconds(30)) < 0 ? wait : Duration.ofSeconds(30));
      if (wait.isZero() && dispatcher.isEmpty() && spool.pendingCount() == 0) {
        return;
      }
    }
  }

  private List<String> whats() {
    return got.stream().map(Got::what).toList();
  }

  private List<String> attempts() {
    return got.stream().map(Got::attempt).toList();
  }

  private Map<Long, DropReason> lost() {
    Map<Long, DropReason> lost = new TreeMap<>();
    spool.marked().forEach((entry, reason) -> lost.put(entry.sequence(), reason));
    return lost;
  }

  private void keep(long... numbers) throws IOException {
    keep(LongStream.of(numbers).mapToObj(EventSamples::changed).toList());
  }

  private static String number(String body) {
    int at = body.indexOf("\"sequence\":\"");
    return at < 0 ? "heartbeat" : "" + Long.parseLong(body.substring(at + 12, at + 28));
  }
}
