package org.kextwatch.agent.mac;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to say of something that fails again and again: one line at once, then at most one in
 * fifteen minutes, and one when it is over. For one thread.
 */
public final class ThrottledLog {
  static final Duration SILENCE = Duration.ofMinutes(15);

  private final String subject;

  private @Nullable Moment quietUntil;
  private long failures;

  /**
   * Makes one about something.
   *
   * @param subject begins the lines, such as {@code The state}
   */
  public ThrottledLog(String subject) {
    this.subject = subject;
  }

  /** It failed; the line for it, if it is time for one. */
  public Optional<String> failed(String why, Moment now) {
    failures++;
    if (quietUntil != null && !quietUntil.isDue(now)) {
      return Optional.empty();
    }
    quietUntil = now.plus(SILENCE);
    return Optional.of(
        failures == 1
            ? "%s fails: %s".formatted(subject, why)
            : "%s still fails, %d times by now: %s".formatted(subject, failures, why));
  }

  /** It worked; the line for it, if failures came before. */
  public Optional<String> worked() {
    long before = failures;
    failures = 0;
    quietUntil = null;
    return before == 0
        ? Optional.empty()
        : Optional.of("%s works again, after %d failures".formatted(subject, before));
  }
}
