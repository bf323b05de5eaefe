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

  /** Whether the loader need not have run: macOS had loaded the kext by itself. */
  public boolean isSilentSuccess() {
    return outcome == Outcome.LOADED && exitCode == null;
  }
}
