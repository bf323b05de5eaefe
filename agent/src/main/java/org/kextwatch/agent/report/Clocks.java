package org.kextwatch.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The wall clock and the monotonic one together. The first may be set, the second stands still
 * while a Mac sleeps; what is due by either is due.
 */
final class Clocks {
  /** Less than this is drift. */
  private static final Duration JUMP = Duration.ofSeconds(10);

  private final InstantSource wall;
  private final LongSupplier nanos;
  private Due seen;

  /** A time to come, by both clocks. */
  record Due(Instant wall, long nanos) {}

  Clocks(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.seen = new Due(wall.instant(), nanos.getAsLong());
  }

  Instant now() {
    return wall.instant();
  }

  Due in(Duration wait) {
    return new Due(now().plus(wait), nanos.getAsLong() + wait.toNanos());
  }

  boolean isOver(Due due) {
    return left(due).isZero();
  }

  /** Until it is due, zero if it is. */
  Duration left(Due due) {
    Duration byWall = Duration.between(now(), due.wall());
    Duration byNanos = Duration.ofNanos(due.nanos() - nanos.getAsLong());
    Duration shorter = byWall.compareTo(byNanos) < 0 ? byWall : byNanos;
    return shorter.isNegative() ? Duration.ZERO : shorter;
  }

  /** Whether the Mac has slept, or its clock was set ahead, since this was asked last. */
  boolean hasJumped() {
    Due before = seen;
    seen = in(Duration.ZERO);
    Duration byWall = Duration.between(before.wall(), seen.wall());
    return byWall.minusNanos(seen.nanos() - before.nanos()).compareTo(JUMP) > 0;
  }
}
