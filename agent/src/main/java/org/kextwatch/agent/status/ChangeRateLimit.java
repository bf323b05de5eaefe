package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * How often changes of health alone, which touch neither verdict nor reason, were told lately: a
 * Defender that cannot make up its mind must not flood the fleet.
 *
 * @param times when they were told, oldest first
 */
public record ChangeRateLimit(List<Instant> times) {
  public static final ChangeRateLimit UNUSED = new ChangeRateLimit(List.of());

  private static final int MOST = 12;
  private static final Duration IN = Duration.ofMinutes(60);

  public ChangeRateLimit {
    times = List.copyOf(times);
  }

  /** Whether one more may be told. */
  public boolean allows(Instant now) {
    return recent(now).size() < MOST;
  }

  /** After one more. */
  public ChangeRateLimit using(Instant now) {
    return new ChangeRateLimit(Stream.concat(recent(now).stream(), Stream.of(now)).toList());
  }

  /** What lies ahead was told before the clock was set back, and holds nothing. */
  private List<Instant> recent(Instant now) {
    Instant since = now.minus(IN);
    return times.stream().filter(at -> at.isAfter(since) && !at.isAfter(now)).toList();
  }
}
