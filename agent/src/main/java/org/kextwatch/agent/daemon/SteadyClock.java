package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;

/** The clock by which events are too old. At boot it may be wrong by years. */
final class SteadyClock {
  /** The clock must run so long without a jump before it is trusted. */
  private static final Duration STEADY = Duration.ofHours(1);

  private final Supplier<Moment> clock;
  private Moment seen;
  private Moment steadySince;

  SteadyClock(Supplier<Moment> clock) {
    this.clock = clock;
    this.seen = clock.get();
    this.steadySince = seen;
  }

  /** The instant so long ago, {@code null} while the clock is not trusted. */
  @Nullable Instant before(Duration age) {
    Moment now = clock.get();
    if (now.jumpSince(seen).abs().compareTo(Moment.JUMP) > 0) {
      steadySince = now;
    }
    seen = now;
    boolean isSteady = now.nanos() - steadySince.nanos() >= STEADY.toNanos();
    return isSteady ? now.wall().minus(age) : null;
  }
}
