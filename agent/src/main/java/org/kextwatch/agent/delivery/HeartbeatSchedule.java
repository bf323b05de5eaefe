package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;

/**
 * When heartbeats are due, and the splay: after a start, a wake or an outage of the network this
 * Mac holds back what is not urgent, because the whole fleet may have seen the same. Immutable.
 *
 * @param interval between two heartbeats, zero for none
 * @param lastSeen the moment of the last {@link #at}
 * @param splayEnd until when heartbeats and news of a start are held back
 * @param due when the next heartbeat is due
 */
record HeartbeatSchedule(
    Splay splay, Duration interval, Moment lastSeen, Moment splayEnd, Moment due) {
  /** The interval that the splay is computed from where heartbeats are off. */
  private static final Duration USUAL = Duration.ofMinutes(15);

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration NEVER = Duration.ofDays(1);

  /** The schedule at the start of the daemon, in its splay. */
  static HeartbeatSchedule starting(Splay splay, Duration interval, Moment now) {
    HeartbeatSchedule started = new HeartbeatSchedule(splay, interval, now, now, now).splayed(now);
    return started.delivered(started.splayEnd);
  }

  boolean isOff() {
    return interval.isZero();
  }

  boolean isInSplay(Moment now) {
    return !splayEnd.isDue(now);
  }

  boolean isDue(Moment now) {
    return !isOff() && !isInSplay(now) && due.isDue(now);
  }

  /** Advances to this moment; a sleep of the Mac since the last one starts the splay. */
  HeartbeatSchedule at(Moment now) {
    HeartbeatSchedule awake = now.isAwakenedSince(lastSeen) ? splayed(now) : this;
    return new HeartbeatSchedule(splay, interval, now, awake.splayEnd, due);
  }

  /** Starts the splay, because the whole fleet may have seen the same event; never extends one. */
  HeartbeatSchedule splayed(Moment now) {
    return isInSplay(now)
        ? this
        : new HeartbeatSchedule(splay, interval, lastSeen, now.plus(splay.delay(usual())), due);
  }

  /** A heartbeat was delivered. */
  HeartbeatSchedule delivered(Moment now) {
    return due(now.plus(splay.untilNextSlot(now.wall(), usual())));
  }

  /** A heartbeat failed: the next is due after this wait, and in its next slot at the latest. */
  HeartbeatSchedule failed(Moment now, Duration wait) {
    Duration slot = splay.untilSlot(now.wall(), usual());
    return due(now.plus(wait.compareTo(slot) < 0 ? wait : slot));
  }

  /** There was no heartbeat to send: asks again soon. */
  HeartbeatSchedule missing(Moment now) {
    return due(now.plus(usual().compareTo(SOON) < 0 ? usual() : SOON));
  }

  HeartbeatSchedule withInterval(Duration newInterval, Moment now) {
    return newInterval.equals(interval)
        ? this
        : new HeartbeatSchedule(splay, newInterval, lastSeen, splayEnd, due).delivered(now);
  }

  /** The time until the splay ends, or else until the next heartbeat. */
  Duration untilNext(Moment now) {
    return isInSplay(now) ? splayEnd.until(now) : isOff() ? NEVER : due.until(now);
  }

  private HeartbeatSchedule due(Moment newDue) {
    return new HeartbeatSchedule(splay, interval, lastSeen, splayEnd, newDue);
  }

  private Duration usual() {
    return isOff() ? USUAL : interval;
  }
}
