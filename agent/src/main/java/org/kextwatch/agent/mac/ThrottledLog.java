package org.kextwatch.agent.mac;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Limits the log lines about something that fails repeatedly: one line at once, then at most one in
 * fifteen minutes, and one when it works again. For one thread.
 */
public final class ThrottledLog {
  static final Duration SILENCE = Duration.ofMinutes(15);

  private final String subject;

  private @Nullable Moment quietUntil;
  private long failures;

  /**
   * Throttles the lines about one subject.
   *
   * @param subject the start of the lines, such as {@code The state}
   */
  public ThrottledLog(String subject) {
    this.subject = subject;
  }

  /** Counts a failure and returns its line, if one is due. */
  public Optional<String> failed(String why, Moment now) {
    failures++;
    if (quietUntil != null && !quietUntil.isDue(now)) {
      return Optional.empty();
    }
    quietUntil = now.plus(SILENCE);
    return Optional.of(
        failures == 1
            ? "%s fails: %s".formatted(subject, why)
            : "%s still fails, %d times so far: %s".formatted(subject, failures, why));
  }

  /** Ends a series of failures and returns the line about it, if there was one. */
  public Optional<String> worked() {
    long before = failures;
    failures = 0;
    quietUntil = null;
    return before == 0
        ? Optional.empty()
        : Optional.of("%s works again, after %d failures".formatted(subject, before));
  }
}
