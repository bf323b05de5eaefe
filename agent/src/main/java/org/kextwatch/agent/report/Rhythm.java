package org.kextwatch.agent.report;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.kextwatch.agent.mac.Moment;

/**
 * When this Mac speaks of what is not urgent: heartbeats in its phase, and nothing for a while
 * after what happens to a whole fleet at once: a start, a wake, a network that is back.
 */
final class Rhythm {
  private final Phase phase;
  private Duration interval;
  private Moment seen;
  private Moment hold;
  private Moment beat;

  /**
   * Begins held back, for it begins with a start.
   *
   * @param interval between two heartbeats
   */
  Rhythm(Phase phase, Duration interval, Moment now) {
    this.phase = phase;
    this.interval = interval;
    this.seen = now;
    this.hold = now.plus(phase.splay(interval));
    this.beat = hold.plus(phase.untilBeat(hold.wall(), interval));
  }

  /** Time has passed: a sleep is noticed. */
  void tick(Moment now) {
    if (now.isAwakenedSince(seen)) {
      holdBack(now);
    }
    seen = now;
  }

  /** What just happened here happened to others too. */
  void holdBack(Moment now) {
    hold = now.plus(phase.splay(interval));
  }

  boolean isHeld(Moment now) {
    return !hold.isDue(now);
  }

  boolean isBeatDue(Moment now) {
    return !isHeld(now) && beat.isDue(now);
  }

  /** A heartbeat was sent, or there was nothing to send. */
  void beaten(Moment now) {
    beat = now.plus(phase.untilBeat(now.wall(), interval));
  }

  /** Until something that waits may be due. */
  Duration rest(Moment now) {
    return (isHeld(now) ? hold : beat).until(now);
  }

  void use(Duration newInterval, Moment now) {
    if (!newInterval.equals(interval)) {
      interval = newInterval;
      beaten(now);
    }
  }

  /**
   * What tells one device from others: spread over the fleet, and the same over restarts, for a
   * fleet is installed, and woken, within one minute.
   *
   * @param fraction from 0 to 1, exclusive
   */
  record Phase(double fraction) {

    /** The phase of a device, by anything that tells it from others. */
    static Phase of(String device) {
      CRC32C hash = new CRC32C();
      hash.update(device.getBytes(StandardCharsets.UTF_8));
      return new Phase(hash.getValue() / (double) (1L << 32));
    }

    /** How long to hold back after what happens to a whole fleet at once. */
    Duration splay(Duration heartbeat) {
      return Duration.ofMillis((long) (heartbeat.toMillis() / 3.0 * fraction));
    }

    /** Until the next heartbeat; never so soon that it could be the one just sent. */
    Duration untilBeat(Instant now, Duration heartbeat) {
      long interval = heartbeat.toMillis();
      long since = Math.floorMod(now.toEpochMilli() - (long) (interval * fraction), interval);
      long until = interval - since;
      return Duration.ofMillis(until < interval / 2 ? until + interval : until);
    }
  }
}
