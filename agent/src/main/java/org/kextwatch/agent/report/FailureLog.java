package org.kextwatch.agent.report;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What to log of failures: the first, then one line in fifteen minutes, and that it is over. */
final class FailureLog {
  static final Duration SILENCE = Duration.ofMinutes(15);

  private final Clocks clocks;
  private Clocks.@Nullable Due next;
  private long failures;

  FailureLog(Clocks clocks) {
    this.clocks = clocks;
  }

  /** Something failed; the line for it, if it is time for one. */
  Optional<String> failed(String note) {
    failures++;
    if (next != null && !clocks.isOver(next)) {
      return Optional.empty();
    }
    next = clocks.in(SILENCE);
    return Optional.of(
        failures == 1
            ? "Delivery fails: " + note
            : "Delivery still fails, %d times by now: %s".formatted(failures, note));
  }

  /** Something succeeded; the line for it, if failures came before. */
  Optional<String> succeeded() {
    long before = failures;
    failures = 0;
    next = null;
    return before == 0
        ? Optional.empty()
        : Optional.of("Delivery works again, after %d failures".formatted(before));
  }
}
