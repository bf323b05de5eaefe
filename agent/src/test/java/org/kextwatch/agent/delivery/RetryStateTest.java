package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.delivery.NextStep.Purpose;
import org.kextwatch.agent.delivery.NextStep.SendEvent;
import org.kextwatch.agent.delivery.NextStep.SendHeartbeat;
import org.kextwatch.agent.delivery.NextStep.Wait;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.RetryState.Update;
import org.kextwatch.agent.delivery.VirtualDelivery.Receiver;
import org.kextwatch.agent.delivery.VirtualDelivery.Try;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.mac.TestClock;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/** The rules of DESIGN as tables: one answer, and whole stories. */
final class RetryStateTest {
  private static final Duration QUARTER = Duration.ofMinutes(15);
  private static final Map<String, EventType> TYPES =
      Map.of(
          "c", EventType.STATUS_CHANGED,
          "s", EventType.AGENT_STARTED,
          "p", EventType.AGENT_STOPPING,
          "a", EventType.LOAD_ATTEMPTED);

  private final TestClock clock = new TestClock();

  @ParameterizedTest
  @CsvSource({
    "200, , DELIVERED, next",
    "204, , DELIVERED, next",
    "400, , KEPT, PT50S",
    "409, , KEPT, PT50S",
    "413, , KEPT, PT50S",
    "415, , KEPT, PT50S",
    "422, , KEPT, PT50S",
    "500, , KEPT, PT2.5S",
    "503, , KEPT, PT2.5S",
    "408, , KEPT, PT2.5S",
    "425, , KEPT, PT2.5S",
    "429, , KEPT, PT2.5S",
    "0, , KEPT, PT2.5S",
    "429, 100, KEPT, PT2M",
    "503, 86400, KEPT, PT25H12M15S",
    "400, 100, KEPT, PT2M",
    "401, , KEPT, PT30S",
    "403, , KEPT, PT30S",
    "404, , KEPT, PT30S",
    "405, , KEPT, PT30S",
    "407, , KEPT, PT30S",
    "301, , KEPT, PT30S",
    "410, , KEPT, PT24H"
  })
  void anAnswerToAnEvent(int status, @Nullable Long retryAfter, Fate fate, String then) {
    VirtualDelivery life = waiting(QUARTER, 1, 2);
    Update answered =
        life.state.after(
            send(1, Purpose.IN_ORDER), answer(status, retryAfter), clock.moment(), 0.5);
    assertEquals(fate, answered.fate());
    if (fate == Fate.DELIVERED) {
      life.waiting.remove(VirtualDelivery.entry(1));
    }
    NextStep expected =
        then.equals("next") ? send(2, Purpose.IN_ORDER) : new Wait(Duration.parse(then));
    assertEquals(expected, answered.state().next(life, clock.moment(), false));
  }

  @ParameterizedTest
  @CsvSource({
    "400, , PT30S, false",
    "401, , PT30S, false",
    "500, , PT2.5S, false",
    "0, , PT2.5S, false",
    "429, 100, PT2M, true",
    "410, , PT24H, true"
  })
  void anAnswerToAHeartbeat(
      int status, @Nullable Long retryAfter, Duration wait, boolean areEventsHeld) {
    VirtualDelivery life = waiting(QUARTER, 1);
    RetryState next =
        life.state
            .after(new SendHeartbeat(), answer(status, retryAfter), clock.moment(), 0.5)
            .state();
    NextStep step = next.next(life, clock.moment(), false);
    if (areEventsHeld) {
      assertEquals(new Wait(wait), step);
    } else {
      assertEquals(send(1, Purpose.IN_ORDER), step);
      assertEquals(wait, next.heartbeats().due().until(clock.moment()));
    }
  }

  /** {@code 1-} failed, {@code 1+} delivered, {@code 1!} quarantined, h a heartbeat. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a rejected event is tried last, and quarantined only after another was delivered
          900 | 1c 2c 3c       | 1=400             | 10 | 1- 1- 1- 1- 1- 2+ 1! 3+
          900 | 1c 2c 3c       | 1=400 2=413       | 10 | 1- 1- 1- 1- 1- 2- 2- 3+ 1! 2!
          900 | 1p 2s 3c       | p=400 s=400       | 10 | 1- 1- 1- 1- 1- 2- 2- 3+ 1! 2!
          # within ten minutes after a quarantine two tries are enough
          900 | 1c 2c 3c 4c    | 1=400 3=400       | 10 | 1- 1- 1- 1- 1- 2+ 1! 3- 3- 4+ 3!
          # three in a row: the endpoint is at fault, until it takes the newest
          900 | 1c 2c 3c 4c    | 1=400 2=400 3=400 | 15 | 1- 1- 1- 1- 1- 2- 2- 3- 3- 1- 4+ 1! 2! 3!
          900 | 1p 2s 3a 4c 5s | p=400 s=400 a=400 | 15 | 1- 1- 1- 1- 1- 2- 2- 3- 3- 1- 4+ 1! 2! 3! 5- 5- 5- 5- 5- 5-
          # it takes what it refused: nothing is lost, and the order is whole
          900 | 1c 2c 3c 4c    | *=400 ; 7 *=200   | 15 | 1- 1- 1- 1- 1- 2- 2- 3- 3- 1+ 2+ 3+ 4+
          900 | 1c 2c          | *=400 ; 2 *=200   | 15 | 1- 1- 1- 1+ 2+
          # a heartbeat tells as much as an event
          900 | 1c             | *=400 ; 20 *=200  | 23 | 1- 1- 1- 1- 1- 1- 1- 1- 1- 1+ h+
          900 | 1c             | *=400 h=200       | 23 | 1- 1- 1- 1- 1- 1- 1- 1- 1- 1- h+ 1!
          # an outage proves nothing
          900 | 1c 2c          | *=503 ; 1 *=200   | 5  | 1- 1- 1- 1- 1- 1+ 2+
          # without heartbeats the newest tells in their stead
          0   | 1c 2s 3c       | 1=500             | 1  | 1- 3+ 1- 2+ 1- 1- 1- 1- 1-
          0   | 1c 2c          | *=503 ; 1 *=200   | 5  | 1- 2- 1- 2- 1- 2- 1- 2- 1- 2- 1+ 2+
          """)
  void aStory(int heartbeat, String events, String receiver, int minutes, String tries) {
    VirtualDelivery life = new VirtualDelivery(Duration.ofSeconds(heartbeat), receiver(receiver));
    for (String event : events.split(" ", -1)) {
      int number = Integer.parseInt(event.substring(0, 1));
      life.with(Duration.ZERO, number, TYPES.get(event.substring(1)));
    }
    life.until(Duration.ofMinutes(minutes));
    assertEquals(tries, life.brief());
  }

  @ParameterizedTest
  @ValueSource(ints = {900, 300, 0})
  void aGatewayThatRefusesAllForHalfAnHourLosesNothing(int heartbeat) {
    VirtualDelivery life = outage(heartbeat, "*=400 ; 30 *=200");
    assertEquals(List.of(), life.rejected());
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), life.delivered());
  }

  @ParameterizedTest
  @ValueSource(ints = {900, 300, 0})
  void anOutageOfAnHourAndAMinuteLosesNothing(int heartbeat) {
    VirtualDelivery life = outage(heartbeat, "*=503 ; 61 *=200");
    assertEquals(List.of(), life.rejected());
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), life.delivered());
  }

  private static VirtualDelivery outage(int heartbeat, String receiver) {
    VirtualDelivery life = new VirtualDelivery(Duration.ofSeconds(heartbeat), receiver(receiver));
    for (int number = 1; number <= 6; number++) {
      life.with(Duration.ofMinutes(number * 2L), number, EventType.STATUS_CHANGED);
    }
    return life.until(Duration.ofHours(3));
  }

  @ParameterizedTest
  @CsvSource({"900, 400", "900, 500", "900, 503", "900, 404", "0, 400", "0, 500"})
  void anEventThatIsNeverTakenStopsNoTransition(int heartbeat, int answer) {
    VirtualDelivery life =
        new VirtualDelivery(Duration.ofSeconds(heartbeat), receiver("1=" + answer));
    life.with(Duration.ZERO, 1, EventType.LOAD_ATTEMPTED);
    life.with(Duration.ofMinutes(1), 2, EventType.STATUS_CHANGED);
    life.with(Duration.ofHours(2), 3, EventType.STATUS_CHANGED);
    life.with(Duration.ofMinutes(150), 4, EventType.AGENT_STOPPING);
    life.until(Duration.ofHours(3));
    boolean staysFirst =
        answer == 404; // an operator must fix that: it is kept, and blocks the others
    assertEquals(staysFirst ? List.of() : List.of(2L, 3L, 4L), life.delivered());
    assertEquals(staysFirst ? List.of() : List.of(1L), life.rejected());
  }

  @Test
  void heartbeatsGoOutAtTheirTimeWhateverEventsDraw() {
    for (int answer : new int[] {200, 400, 401, 429, 500, 503, 0}) {
      VirtualDelivery life = new VirtualDelivery(QUARTER, receiver("c=" + answer));
      for (int number = 1; number <= 5; number++) {
        life.with(Duration.ofMinutes(number), number, EventType.STATUS_CHANGED);
      }
      life.until(Duration.ofHours(2));
      List<Duration> beats =
          life.tries.stream().filter(Try::isHeartbeat).map(one -> one.asked().at()).toList();
      assertEquals(7, beats.size(), answer + ": " + beats);
      for (int i = 1; i < beats.size(); i++) {
        long late = beats.get(i).minus(beats.get(i - 1)).minus(QUARTER).toMillis();
        assertTrue(Math.abs(late) < 100, answer + ": " + beats);
      }
    }
  }

  @Test
  void aRefusedHeartbeatIsTriedAgainBeforeItsNextSlot() {
    VirtualDelivery life = new VirtualDelivery(QUARTER, receiver("h=400 ; 25 h=200"));
    life.until(Duration.ofMinutes(36));
    assertEquals("h- h- h- h+", life.brief());
  }

  @Test
  void otherSettingsEndEverythingButTheScheduleOfHeartbeats() {
    VirtualDelivery life = waiting(QUARTER, 1);
    RetryState gone =
        life.state.after(send(1, Purpose.IN_ORDER), answer(410, null), clock.moment(), 0.5).state();
    RetryState other = gone.reset(clock.moment());
    assertEquals(send(1, Purpose.IN_ORDER), other.next(life, clock.moment(), false));
    assertEquals(gone.heartbeats(), other.heartbeats());
  }

  private VirtualDelivery waiting(Duration heartbeat, long... numbers) {
    VirtualDelivery life = new VirtualDelivery(heartbeat, receiver("*=200"));
    for (long number : numbers) {
      life.with(Duration.ofDays(1), number, EventType.STATUS_CHANGED);
      life.waiting.add(VirtualDelivery.entry(number));
    }
    return life;
  }

  private static SendEvent send(long number, Purpose purpose) {
    return new SendEvent(VirtualDelivery.entry(number), purpose);
  }

  private static SendResult answer(int status, @Nullable Long retryAfter) {
    @Nullable Duration wait = retryAfter == null ? null : Duration.ofSeconds(retryAfter);
    return new SendResult(DeliveryOutcome.of(status), wait, "", null, "");
  }

  /** Such as {@code 1=400 s=400 ; 30 *=200}: by number, type, h or *; from that minute on. */
  private static Receiver receiver(String rules) {
    return asked -> {
      Map<String, Integer> now = new HashMap<>();
      for (String phase : rules.split(" ; ", -1)) {
        String[] words = phase.split(" ", -1);
        boolean hasTime = !words[0].contains("=");
        long from = hasTime ? Long.parseLong(words[0]) : 0;
        if (asked.at().compareTo(Duration.ofMinutes(from)) >= 0) {
          now.clear();
          for (String word : words) {
            if (word.contains("=")) {
              int equals = word.indexOf('=');
              now.put(word.substring(0, equals), Integer.parseInt(word.substring(equals + 1)));
            }
          }
        }
      }
      String type =
          TYPES.entrySet().stream()
              .filter(one -> one.getValue() == asked.type())
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse("h");
      int otherwise = now.getOrDefault("*", 200);
      int byType = now.getOrDefault(type, otherwise);
      return VirtualDelivery.status(now.getOrDefault("" + asked.number(), byType));
    };
  }
}
