package org.kextwatch.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.kextwatch.agent.mac.Moment;

/** Both clocks of a Mac, moved by hand. */
final class TestClock implements InstantSource {
  private Instant now = Samples.NOW;
  private long nanos = 42;

  @Override
  public Instant instant() {
    return now;
  }

  Moment moment() {
    return new Moment(now, nanos);
  }

  void advance(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /** The Mac sleeps, or somebody sets its clock. */
  void jump(Duration time) {
    now = now.plus(time);
  }
}
