package org.kextwatch.agent.mac;

import java.time.Duration;
import java.time.Instant;

/**
 * One point in time on both clocks. The monotonic clock of a Mac stands still while it sleeps
 * (mach_absolute_time), and the wall clock may be set to anything: both together show a sleep.
 *
 * @param wall the time of day
 * @param nanos the value of {@link System#nanoTime}
 */
public record Moment(Instant wall, long nanos) {
  /** A smaller difference between the clocks is drift. */
  public static final Duration JUMP = Duration.ofSeconds(10);

  public static Moment now() {
    return new Moment(Instant.now(), System.nanoTime());
  }

  public Moment plus(Duration duration) {
    return new Moment(wall.plus(duration), nanos + duration.toNanos());
  }

  /** Whether this moment has come on either clock, so that a step of one cannot delay it. */
  public boolean isDue(Moment now) {
    return !now.wall.isBefore(wall) || now.nanos - nanos >= 0;
  }

  /** The longest time until this moment, not negative. */
  public Duration until(Moment now) {
    Duration byWall = Duration.between(now.wall, wall);
    Duration byNanos = Duration.ofNanos(nanos - now.nanos);
    Duration shorter = byWall.compareTo(byNanos) < 0 ? byWall : byNanos;
    return shorter.isNegative() ? Duration.ZERO : shorter;
  }

  /** Whether the Mac has slept since, or its clock was set ahead. */
  public boolean isAwakenedSince(Moment earlier) {
    return jumpSince(earlier).compareTo(JUMP) > 0;
  }

  /** How far the wall clock has run ahead of the monotonic one since {@code earlier}. */
  public Duration jumpSince(Moment earlier) {
    return Duration.between(earlier.wall, wall).minusNanos(nanos - earlier.nanos);
  }
}
