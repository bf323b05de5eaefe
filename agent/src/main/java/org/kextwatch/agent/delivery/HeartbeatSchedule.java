package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.mac.Moment;

/**
 * When heartbeats are due, and until when this Mac holds back what is not urgent: for a while after
 * what happens to a whole fleet at once, which is a start, a wake, or a network that is back.
 * Immutable.
 *
 * @param interval between two heartbeats, zero for none
 * @param seen the last time that was looked at
 * @param heldUntil the end of the splay
 * @param due when the next heartbeat is due
 */
record HeartbeatSchedule(
    Splay splay, Duration interval, Moment seen, Moment heldUntil, Moment due) {
  /** Without heartbeats the splay is as with these. */
  private static final Duration USUAL = Duration.ofMinutes(15);

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration NEVER = Duration.ofDays(1);

  /** Begins held back, because it begins with a start. */
  static HeartbeatSchedule starting(Splay splay, Duration interval, Moment now) {
    HeartbeatSchedule held = new HeartbeatSchedule(splay, interval, now, now, now).held(now);
    return held.sent(held.heldUntil);
  }

  boolean isOff() {
    return interval.isZero();
  }

  boolean isHeld(Moment now) {
    return !heldUntil.isDue(now);
  }

  boolean isDue(Moment now) {
    return !isOff() && !isHeld(now) && due.isDue(now);
  }

  /** Time has passed: a sleep is noticed. */
  HeartbeatSchedule at(Moment now) {
    HeartbeatSchedule then = now.isAwakenedSince(seen) ? held(now) : this;
    return new HeartbeatSchedule(splay, interval, now, then.heldUntil, due);
  }

  /** What just happened here happened to others too. A splay that runs is not made longer. */
  HeartbeatSchedule held(Moment now) {
    return isHeld(now)
        ? this
        : new HeartbeatSchedule(splay, interval, seen, now.plus(splay.delay(usual())), due);
  }

  /** A heartbeat was taken. */
  HeartbeatSchedule sent(Moment now) {
    return due(now.plus(splay.untilNextSlot(now.wall(), usual())));
  }

  /** A heartbeat failed: it is tried again after a wait, and in its next slot at the latest. */
  HeartbeatSchedule failed(Moment now, Duration wait) {
    Duration slot = splay.untilSlot(now.wall(), usual());
    return due(now.plus(wait.compareTo(slot) < 0 ? wait : slot));
  }

  /** There was none to send: the next look asks again. */
  HeartbeatSchedule absent(Moment now) {
    return due(now.plus(usual().compareTo(SOON) < 0 ? usual() : SOON));
  }

  HeartbeatSchedule every(Duration newInterval, Moment now) {
    return newInterval.equals(interval)
        ? this
        : new HeartbeatSchedule(splay, newInterval, seen, heldUntil, due).sent(now);
  }

  /** Until something that waits for its time may be due. */
  Duration rest(Moment now) {
    return isHeld(now) ? heldUntil.until(now) : isOff() ? NEVER : due.until(now);
  }

  private HeartbeatSchedule due(Moment newDue) {
    return new HeartbeatSchedule(splay, interval, seen, heldUntil, newDue);
  }

  private Duration usual() {
    return isOff() ? USUAL : interval;
  }
}
