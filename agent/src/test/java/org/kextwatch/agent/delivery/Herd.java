package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.kextwatch.agent.daemon.VirtualLooks;
import org.kextwatch.agent.daemon.VirtualLooks.News;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.VirtualDelivery.Asked;
import org.kextwatch.agent.delivery.VirtualDelivery.Try;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/**
 * A fleet of Macs that the same happens to, each with the rules of the looks and of the delivery,
 * in virtual time. Times are counted from what happens.
 */
final class Herd {
  /** The time before it that is counted. */
  static final Duration BEFORE = Duration.ofMinutes(10);

  /** The time after it, or after the return of the receiver, that is counted. */
  static final Duration AFTER = Duration.ofHours(2);

  static final Duration HOUR = Duration.ofHours(1);

  private static final Duration HEARTBEAT = Duration.ofMinutes(15);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LATEST_LOOK = Duration.ofMinutes(8);
  private static final Duration WEEKEND = Duration.ofHours(63);
  private static final Health UNHEALTHY =
      StatusSamples.health(
          StatusSamples.HEALTHY.reachability(),
          false,
          true,
          true,
          true,
          false,
          null,
          "up_to_date",
          12L,
          List.of());

  private final Story story;
  private final int[] requests;
  private Duration lastLook = Duration.ZERO;
  private Duration longestWait = Duration.ZERO;
  private Duration longestUrgentWait = Duration.ZERO;
  private Duration longestSilence = Duration.ZERO;
  private int undelivered;

  /** What happens. */
  enum Story {
    INSTALLED(0, "installed on all in the same minute", Duration.ZERO),
    DOWN(1, "the receiver is down for 28 minutes", Duration.ofMinutes(28)),
    OVERLOADED(2, "503 and Retry-After: 60 to all for 28 minutes", Duration.ofMinutes(28)),
    MONDAY(3, "Monday 9:00, 70 % wake in the same minute", Duration.ZERO),
    UPDATE(4, "an update of definitions makes all unhealthy", Duration.ZERO);

    private final long seed;
    final String title;

    /** Until when the receiver accepts nothing. */
    final Duration back;

    Story(long seed, String title, Duration back) {
      this.seed = seed;
      this.title = title;
      this.back = back;
    }

    private SendResult answer(Asked asked) {
      if (asked.at().isNegative() || asked.at().compareTo(back) >= 0) {
        return VirtualDelivery.status(204);
      }
      return this == DOWN
          ? new SendResult(DeliveryOutcome.TRANSIENT, null, "no answer", null, "")
          : new SendResult(DeliveryOutcome.SERVER_ERROR, MINUTE, "answered 503", null, "");
    }

    /** When the daemon of a Mac starts. */
    private Duration start(SplittableRandom random) {
      return switch (this) {
        case INSTALLED -> within(MINUTE, random);
        case UPDATE -> within(MINUTE, random).minus(Duration.ofMinutes(21));
        default -> within(HEARTBEAT, random).minus(Duration.ofMinutes(40));
      };
    }

    /** Until when its looks matter. */
    private Duration lastLook(Duration start) {
      return switch (this) {
        case INSTALLED, UPDATE -> LATEST_LOOK;
        default -> start.plusMillis(1);
      };
    }

    private Health healthAt(Duration time) {
      return this == UPDATE && !time.isNegative() ? UNHEALTHY : StatusSamples.HEALTHY;
    }
  }

  private Herd(Story story) {
    this.story = story;
    this.requests = new int[(int) BEFORE.plus(story.back).plus(AFTER).toSeconds()];
  }

  /** Lets this happen to so many Macs. */
  static Herd of(Story story, int macs) {
    Herd herd = new Herd(story);
    SplittableRandom random = new SplittableRandom(story.seed);
    for (int mac = 0; mac < macs; mac++) {
      herd.live(mac, random.split());
    }
    return herd;
  }

  private void live(int mac, SplittableRandom random) {
    Duration end = story.back.plus(AFTER);
    boolean isAsleep = story == Story.MONDAY && random.nextDouble() < 0.7;
    Duration start = isAsleep ? story.start(random).minus(WEEKEND) : story.start(random);
    Duration wake = isAsleep ? within(MINUTE, random) : start;
    Splay splay = Splay.of("C02XK" + (1_000_000 + mac));
    VirtualDelivery delivery = new VirtualDelivery(splay, HEARTBEAT, story::answer, random, start);
    List<News> news =
        new ArrayList<>(VirtualLooks.between(splay, start, story.lastLook(start), story::healthAt));
    lastLook = latest(lastLook, news.get(news.size() - 1).at());
    news.addAll(others(latest(wake, BEFORE.negated()), end.minus(HOUR), random));
    news.sort(Comparator.comparing(News::at));
    for (int number = 1; number <= news.size(); number++) {
      News one = news.get(number - 1);
      delivery.with(one.at(), number, one.type());
    }
    if (isAsleep) {
      delivery.until(WEEKEND.negated()).asleepUntil(wake);
    }
    delivery.until(end);
    count(delivery, news);
  }

  /** Of ten Macs one has other news of Defender's health, of a hundred one loads its extension. */
  private static List<News> others(Duration from, Duration to, SplittableRandom random) {
    Duration at = from.plus(within(to.minus(from), random));
    return switch (random.nextInt(100)) {
      case 0 ->
          List.of(new News(at, EventType.STATUS_CHANGED), new News(at, EventType.LOAD_ATTEMPTED));
      case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 -> List.of(new News(at, EventType.STATUS_CHANGED));
      default -> List.of();
    };
  }

  private void count(VirtualDelivery delivery, List<News> news) {
    Map<Long, Duration> arrived = new HashMap<>();
    boolean isHeard = false;
    for (Try one : delivery.tries) {
      Duration at = one.asked().at();
      if (at.compareTo(BEFORE.negated()) >= 0) {
        requests[second(at)]++;
      }
      if (one.fate() == Fate.DELIVERED) {
        arrived.putIfAbsent(one.asked().number(), at);
        if (!isHeard && at.compareTo(story.back) >= 0) {
          isHeard = true;
          longestSilence = latest(longestSilence, at.minus(story.back));
        }
      }
    }
    for (int number = 1; number <= news.size(); number++) {
      News one = news.get(number - 1);
      Duration at = arrived.get((long) number);
      if (at == null) {
        undelivered++;
      } else if (at.compareTo(story.back) >= 0) {
        Duration wait = at.minus(latest(one.at(), story.back));
        longestWait = latest(longestWait, wait);
        if (one.type() != EventType.AGENT_STARTED) {
          longestUrgentWait = latest(longestUrgentWait, wait);
        }
      }
    }
  }

  /** When the last Mac committed the news that its own looks brought. */
  Duration lastLook() {
    return lastLook;
  }

  int undelivered() {
    return undelivered;
  }

  /** The longest wait of an event while the receiver was there. */
  Duration longestWait() {
    return longestWait;
  }

  /** The same without the news of a start. */
  Duration longestUrgentWait() {
    return longestUrgentWait;
  }

  /** Until the last Mac was heard of. */
  Duration longestSilence() {
    return longestSilence;
  }

  /** The busiest time of this length in the hour from the return of the receiver. */
  double peak(int seconds) {
    return peak(story.back, story.back.plus(HOUR), seconds);
  }

  /** The same while the receiver was away, 0 if it never was. */
  double peakWhileAway(int seconds) {
    return story.back.isZero() ? 0 : peak(Duration.ZERO, story.back, seconds);
  }

  /** Requests a second in the busiest time of this length, from the one time to the other. */
  double peak(Duration from, Duration to, int seconds) {
    return IntStream.iterate(second(from), i -> i + seconds <= second(to), i -> i + seconds)
        .mapToDouble(i -> (double) sum(i, i + seconds) / seconds)
        .max()
        .orElseThrow();
  }

  /** Requests a second on average. */
  double mean(Duration from, Duration to) {
    return (double) sum(second(from), second(to)) / (second(to) - second(from));
  }

  private long sum(int from, int to) {
    return IntStream.range(from, to).mapToLong(i -> requests[i]).sum();
  }

  private static int second(Duration time) {
    return (int) time.plus(BEFORE).toSeconds();
  }

  private static Duration within(Duration time, SplittableRandom random) {
    return Duration.ofMillis(random.nextLong(time.toMillis()));
  }

  private static Duration latest(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
