package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.VirtualDelivery.Asked;
import org.kextwatch.agent.delivery.VirtualDelivery.Receiver;
import org.kextwatch.agent.delivery.VirtualDelivery.Try;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.webhook.SendResult;

/** The rules that hold for every receiver: ten thousand generated ones, half a day of each. */
final class GeneratedReceiversIT {
  private static final int RECEIVERS = 10_000;
  private static final Duration RECOVERY = Duration.ofHours(10);
  private static final List<EventType> TYPES =
      List.of(
          EventType.STATUS_CHANGED,
          EventType.STATUS_CHANGED,
          EventType.AGENT_STARTED,
          EventType.AGENT_STOPPING,
          EventType.LOAD_ATTEMPTED);

  @Test
  void whateverTheReceiverAnswersTheRulesHold() {
    int rejected = 0;
    int overtaken = 0;
    int setAside = 0;
    for (int seed = 0; seed < RECEIVERS; seed++) {
      Life life = new Life(seed);
      VirtualDelivery delivery = life.lived;
      Supplier<String> story = life::story;
      assertRejectedOnlyAfterAnotherWasTaken(delivery, story);
      overtaken += assertOvertakenOnlyIfRefused(delivery, story);
      assertHeartbeatsOnTime(delivery, life.heartbeat, story);
      assertTrue(life.mostSetAside <= 3, story);
      assertEquals(Set.of(), delivery.waiting, story);
      assertTrue(
          delivery.tries.size() < 2_500, () -> delivery.tries.size() + " tries, " + story.get());
      if (life.receiver.isTheSameForAll()) {
        assertEquals(List.of(), delivery.rejected(), story);
      }
      rejected += delivery.rejected().size();
      setAside += (int) delivery.tries.stream().filter(t -> t.fate() == Fate.SET_ASIDE).count();
    }
    assertTrue(rejected > 1_000, rejected + " rejected"); // or the rules above were not put to work
    assertTrue(overtaken > 1_000, overtaken + " overtaken");
    assertTrue(setAside > 10_000, setAside + " set aside");
  }

  private static void assertRejectedOnlyAfterAnotherWasTaken(
      VirtualDelivery life, Supplier<String> story) {
    for (long number : life.rejected()) {
      boolean wasRefused = false;
      boolean wasOtherTakenSince = false;
      boolean wasRefusedAgain = false;
      for (Try one : life.tries) {
        wasRefusedAgain |= wasOtherTakenSince && one.isAgainst(number);
        wasOtherTakenSince |= wasRefused && one.isTaken() && one.asked().number() != number;
        wasRefused |= one.isAgainst(number);
      }
      assertTrue(wasRefusedAgain, () -> number + " was given up, " + story.get());
    }
  }

  /** An event is delivered before its turn only if the oldest one was rejected before. */
  private static int assertOvertakenOnlyIfRefused(VirtualDelivery life, Supplier<String> story) {
    TreeSet<Long> open = new TreeSet<>();
    life.tries.forEach(one -> open.add(one.asked().number()));
    open.remove(0L);
    Set<Long> refused = new HashSet<>();
    int overtaken = 0;
    for (Try one : life.tries) {
      long number = one.asked().number();
      if (number > 0 && one.isTaken() && open.first() < number) {
        assertTrue(refused.contains(open.first()), () -> number + " came too soon, " + story.get());
        overtaken++;
      }
      if (one.isAgainst(number)) {
        refused.add(number);
      }
      if (one.fate() == Fate.DELIVERED || one.fate() == Fate.REJECTED) {
        open.remove(number);
      }
    }
    return overtaken;
  }

  /** The next slot is one interval and a half away at most; two splays may come between. */
  private static void assertHeartbeatsOnTime(
      VirtualDelivery life, Duration every, Supplier<String> story) {
    List<Try> beats = life.tries.stream().filter(Try::isHeartbeat).toList();
    if (every.isZero()) {
      assertEquals(List.of(), beats, story);
      return;
    }
    Duration most = every.dividedBy(6).multipliedBy(13).plusSeconds(1);
    Duration before = Duration.ZERO;
    for (Try beat : beats) {
      Duration now = beat.asked().at().minus(beat.held());
      Duration last = before;
      assertTrue(
          now.minus(last).compareTo(most) <= 0, () -> "silent from " + last + ", " + story.get());
      before = now;
    }
    assertTrue(life.time.minus(life.held).minus(before).compareTo(most) <= 0, story);
  }

  /** A Mac with events, at a receiver that recovers at the end. */
  private static final class Life {
    final int seed;
    final Duration heartbeat;
    final Whim receiver;
    final VirtualDelivery lived;
    int mostSetAside;

    Life(int seed) {
      this.seed = seed;
      Random random = new Random(seed);
      heartbeat = Duration.ofSeconds(List.of(900, 900, 300, 0).get(random.nextInt(4)));
      receiver = new Whim(random);
      lived =
          new VirtualDelivery(
              heartbeat,
              asked -> {
                mostSetAside = Math.max(mostSetAside, setAside());
                return receiver.answer(asked);
              },
              random);
      int events = random.nextInt(14);
      Duration at = Duration.ZERO;
      for (int number = 1; number <= events; number++) {
        boolean isBurst = random.nextBoolean();
        at = at.plusSeconds(random.nextInt(isBurst ? 30 : 5_000));
        if (at.compareTo(RECOVERY) < 0) {
          lived.with(at, number, TYPES.get(random.nextInt(TYPES.size())));
        }
      }
      Duration patience = receiver.wantsNoMore ? Duration.ofHours(25) : Duration.ofMinutes(90);
      lived.until(RECOVERY).until(RECOVERY.plus(patience));
    }

    String story() {
      return "receiver " + seed + ": " + receiver;
    }

    private int setAside() {
      return lived.state.poison().setAside().size();
    }
  }

  /** A receiver whose answer changes, and that rejects some events until it recovers. */
  private static final class Whim implements Receiver {
    private static final int[] MOODS = {
      200, 200, 200, 200, 400, 422, 500, 503, 503, 0, 401, 404, 429, 408, 410
    };

    final boolean wantsNoMore;
    private final Random random;
    private final List<Duration> changes = new ArrayList<>();
    private final List<Integer> moods = new ArrayList<>();
    private final Set<EventType> unknownTypes = EnumSet.noneOf(EventType.class);
    private final Set<Long> poison = new HashSet<>();
    private final int poisonAnswer;
    private final double flaky;

    Whim(Random random) {
      this.random = random;
      Duration at = Duration.ZERO;
      while (at.compareTo(RECOVERY) < 0) {
        changes.add(at);
        moods.add(MOODS[random.nextInt(MOODS.length)]);
        at = at.plusSeconds(1 + random.nextInt(random.nextBoolean() ? 600 : 9_000));
      }
      wantsNoMore = moods.contains(410);
      if (random.nextInt(3) == 0) {
        unknownTypes.add(TYPES.get(random.nextInt(TYPES.size())));
        unknownTypes.add(TYPES.get(random.nextInt(TYPES.size())));
      }
      for (long number = 1; number < 14; number++) {
        if (random.nextInt(12) == 0) {
          poison.add(number);
        }
      }
      poisonAnswer = List.of(400, 413, 500).get(random.nextInt(3));
      flaky = random.nextInt(4) == 0 ? random.nextDouble() : 0;
    }

    boolean isTheSameForAll() {
      return unknownTypes.isEmpty() && poison.isEmpty() && flaky == 0;
    }

    @Override
    public SendResult answer(Asked asked) {
      if (asked.at().compareTo(RECOVERY) >= 0) {
        return VirtualDelivery.status(200);
      }
      int mood = mood(asked.at());
      if (random.nextDouble() < flaky) {
        mood = MOODS[random.nextInt(MOODS.length - 1)];
      }
      if (mood == 200 && poison.contains(asked.number())) {
        return VirtualDelivery.status(poisonAnswer);
      }
      if (mood == 200 && unknownTypes.contains(asked.type())) {
        return VirtualDelivery.status(400);
      }
      SendResult sent = VirtualDelivery.status(mood);
      boolean asksToWait = mood == 429 || mood == 503;
      return asksToWait && random.nextInt(3) == 0
          ? new SendResult(
              sent.outcome(), Duration.ofSeconds(random.nextInt(900)), sent.note(), null, "")
          : sent;
    }

    private int mood(Duration at) {
      int last = 0;
      for (int i = 0; i < changes.size() && changes.get(i).compareTo(at) <= 0; i++) {
        last = moods.get(i);
      }
      return last;
    }

    @Override
    public String toString() {
      return "%s at %s, never %s, %d for %s, flaky %.2f"
          .formatted(moods, changes, unknownTypes, poisonAnswer, poison, flaky);
    }
  }
}
