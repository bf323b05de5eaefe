package org.kextwatch.agent.health;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Limits the time of each run of one check, and of all runs together. */
final class TimeBudget {
  private final Duration each;
  private final long start;
  private final LongSupplier nanos;

  private TimeBudget(Duration each, LongSupplier nanos) {
    this.each = each;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** Starts now: {@code each} for a single run, twice that for all of them together. */
  static TimeBudget start(Duration each) {
    return start(each, System::nanoTime);
  }

  static TimeBudget start(Duration each, LongSupplier nanos) {
    return new TimeBudget(each, nanos);
  }

  /** The time for the next run; zero if none is left. */
  Duration next() {
    Duration spent = Duration.ofNanos(nanos.getAsLong() - start);
    Duration left = each.multipliedBy(2).minus(spent);
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    return left.compareTo(each) < 0 ? left : each;
  }
}
