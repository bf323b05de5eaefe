package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** What will happen to a Mac in memory, in the time that it lives. */
final class Agenda {
  private final ModelMac mac;
  private final Random random;
  private final PriorityQueue<Due> coming =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::number));
  private int number;

  Agenda(ModelMac mac, Random random) {
    this.mac = mac;
    this.random = random;
  }

  void in(Duration time, Runnable what) {
    coming.add(new Due(mac.lived.plus(time), number++, what));
  }

  /** Again and again, on the average after so long. */
  void again(Duration mean, Runnable what) {
    double times = Math.min(5, -Math.log(1 - random.nextDouble()));
    Duration pause = Duration.ofSeconds((long) (mean.toSeconds() * times) + 180);
    in(
        pause,
        () -> {
          what.run();
          again(mean, what);
        });
  }

  Duration seconds(int from, int to) {
    return Duration.ofSeconds(from + random.nextInt(to - from));
  }

  Duration minutes(int from, int to) {
    return seconds(from * 60, to * 60);
  }

  /** What runs while the Mac is awake takes longer if it sleeps meanwhile. */
  void afterAwake(Duration time, Runnable what) {
    long until = mac.nanos + time.toNanos();
    in(
        time,
        () -> {
          long left = until - mac.nanos;
          if (left <= 0) {
            what.run();
          } else {
            afterAwake(Duration.ofNanos(left), what);
          }
        });
  }

  /** When the next thing happens, or the given time if nothing happens before it. */
  Duration next(Duration end) {
    return coming.isEmpty() || coming.peek().at().compareTo(end) >= 0 ? end : coming.peek().at();
  }

  /** Lets happen what is due. */
  void run() {
    while (!coming.isEmpty() && coming.peek().at().compareTo(mac.lived) <= 0) {
      coming.poll().what().run();
    }
  }

  private record Due(Duration at, int number, Runnable what) {}
}
