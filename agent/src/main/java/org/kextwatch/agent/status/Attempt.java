package org.kextwatch.agent.status;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of the loader.
 *
 * @param at when it began
 * @param exitCode {@code null} if the loader did not end by itself
 * @param detail the line of its output that decided, addresses removed; empty if it said nothing
 */
public record Attempt(Instant at, Outcome outcome, @Nullable Integer exitCode, String detail) {

  /**
   * Whether it is to be told. That macOS had loaded the kext by itself is a silent success, and a
   * renewal fails by design.
   *
   * @param before the attempt before it that still counts, {@code null} for none
   */
  public boolean isNews(Trigger trigger, @Nullable Attempt before) {
    boolean silentSuccess = outcome == Outcome.LOADED && exitCode == null;
    return !silentSuccess
        && (trigger == Trigger.APPROVED || before == null || before.outcome() != outcome);
  }
}
