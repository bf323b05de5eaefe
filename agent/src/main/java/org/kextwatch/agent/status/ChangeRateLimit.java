package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Limits how often changes are reported that are neither a new risk nor the end of one: values that
 * change back and forth must not flood the receiver. New risks and their ends count too, so that an
 * MDM that installs Defender again every quarter of an hour leads to at most twelve events an hour.
 *
 * <p>The name of the component is that of {@code state.json}.
 *
 * @param times when changes of any kind were reported, oldest first
 */
public record ChangeRateLimit(List<Instant> times) {
  public static final ChangeRateLimit UNUSED = new ChangeRateLimit(List.of());

  private static final int MAX_EVENTS = 6;
  private static final Duration PERIOD = Duration.ofMinutes(60);

  public ChangeRateLimit {
    times = List.copyOf(times);
  }

  /** Whether one more may be reported that is no new risk and no end of one. */
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
