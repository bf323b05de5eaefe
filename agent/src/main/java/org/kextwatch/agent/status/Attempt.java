package org.kextwatch.agent.status;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of the loader.
 *
 * @param at when it began
 * @param exitCode {@code null} if the loader did not end by itself
 * @param detail the line of its output that decided the outcome, without memory addresses; empty if
 *     it printed nothing
 */
public record Attempt(Instant at, Outcome outcome, @Nullable Integer exitCode, String detail) {

  /** The same at another time. */
  Attempt at(Instant other) {
    return new Attempt(other, outcome, exitCode, detail);
  }

  /**
   * Whether it is worth an event. A kext that macOS had already loaded is not, nor is a renewal
   * with the outcome of the attempt before it, because renewals fail by design.
   *
   * @param before the attempt before it that still counts, {@code null} for none
   */
  public boolean isNews(Trigger trigger, @Nullable Attempt before) {
    boolean wasLoadedAlready = outcome == Outcome.LOADED && exitCode == null;
    return !wasLoadedAlready
        && (trigger == Trigger.APPROVED || before == null || before.outcome() != outcome);
  }
}
