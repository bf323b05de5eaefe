package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Limits how often changes are reported that are neither a new risk nor the end of one: values that
 * change back and forth must not flood the receiver. New risks and their ends are never held, but
 * count, so that an MDM that installs Defender again every quarter of an hour leads to at most
 * twelve events an hour.
 *
 * <p>The names of the components are those of {@code state.json}.
 *
 * @param times when changes of any kind were reported in the last 60 minutes, oldest first
 * @param newRisk when a new risk was reported last, {@code null} for not lately
 */
public record ChangeRateLimit(List<Instant> times, @Nullable Instant newRisk) {
  public static final ChangeRateLimit UNUSED = new ChangeRateLimit(List.of(), null);

  private static final int MAX_EVENTS = 12;
  private static final int MAX_EVENTS_AFTER_A_NEW_RISK = 6;
  private static final Duration PERIOD = Duration.ofMinutes(60);

  public ChangeRateLimit {
    times = List.copyOf(times);
  }

  /**
   * Whether a change waits, because too many were reported lately.
   *
   * @param ofHealthAlone whether it touches neither the verdict, the reason nor the extension
   */
  public boolean holds(Transition transition, boolean ofHealthAlone, Instant now) {
    if (transition != Transition.CHANGED) {
      return false;
    }
    int recent = recent(now).size();
    boolean isAtRiskLately = newRisk != null && isRecent(newRisk, now);
    return isAtRiskLately
        ? recent >= MAX_EVENTS_AFTER_A_NEW_RISK
        : ofHealthAlone && recent >= MAX_EVENTS;
  }

  /** After one more was reported. */
  public ChangeRateLimit using(Transition transition, Instant now) {
    return new ChangeRateLimit(
        Stream.concat(recent(now).stream(), Stream.of(now)).toList(),
        transition == Transition.NEW ? now : newRisk);
  }

  private List<Instant> recent(Instant now) {
    return times.stream().filter(at -> isRecent(at, now)).toList();
  }

  /** Times in the future are from before the clock was set back, and do not count. */
  private static boolean isRecent(Instant at, Instant now) {
    return at.isAfter(now.minus(PERIOD)) && !at.isAfter(now);
  }
}
