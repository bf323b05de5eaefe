package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Limits how often changes of health values are reported that touch neither the verdict nor the
 * reason: values that change back and forth must not flood the receiver.
 *
 * <p>The name of the component is that of {@code state.json}.
 *
 * @param times when such changes were reported, oldest first
 */
public record ChangeRateLimit(List<Instant> times) {
  public static final ChangeRateLimit UNUSED = new ChangeRateLimit(List.of());

  private static final int MAX_EVENTS = 12;
  private static final Duration PERIOD = Duration.ofMinutes(60);

  public ChangeRateLimit {
    times = List.copyOf(times);
  }

  /** Whether one more may be reported. */
  public boolean allows(Instant now) {
    return recent(now).size() < MAX_EVENTS;
  }

  /** After one more was reported. */
  public ChangeRateLimit using(Instant now) {
    return new ChangeRateLimit(Stream.concat(recent(now).stream(), Stream.of(now)).toList());
  }

  /** Times in the future are from before the clock was set back, and do not count. */
  private List<Instant> recent(Instant now) {
    Instant since = now.minus(PERIOD);
    return times.stream().filter(at -> at.isAfter(since) && !at.isAfter(now)).toList();
  }
}
