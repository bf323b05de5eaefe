package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * One row of the Mac's system extensions.
 *
 * @param version short version, {@code null} if not told
 * @param state macOS' own word with underscores, such as {@code activated_enabled}; unknown words
 *     are kept
 */
public record SystemExtension(String bundleId, @Nullable String version, String state) {
  /** Where macOS' own word could not be read. */
  public static final String UNKNOWN = "unknown";

  /** Whether macOS' own word could be read, whether or not it is one that is known here. */
  public boolean isStateKnown() {
    return !state.equals(UNKNOWN);
  }

  /** Whether it replaces an older version of itself at the next restart. */
  public boolean isWaitingToUpgrade() {
    return state.startsWith("activated_waiting_to_upgrade");
  }
}
