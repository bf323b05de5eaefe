package org.kextwatch.agent.mac;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.kextwatch.agent.event.EventSamples;

/** Both clocks of a Mac, moved by hand. */
public final class TestClock implements InstantSource {
  private Instant now = EventSamples.NOW;
  private long nanos = 42;

  @Override
  public Instant instant() {
    return now;
  }

  public Moment moment() {
    return new Moment(now, nanos);
  }

  public void advance(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /** The Mac sleeps, or somebody sets its clock. */
  public void jump(Duration time) {
    now = now.plus(time);
  }
}
