package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * One row of the Mac's system extensions.
 *
 * @param version the short version, {@code null} if not known
 * @param state as macOS writes it, with underscores, such as {@code activated_enabled}; states that
 *     this program does not know are kept
 */
public record SystemExtension(String bundleId, @Nullable String version, String state) {
  /** The state if it could not be read. */
  public static final String UNKNOWN = "unknown";

  /** Whether the state could be read, even if this program does not know it. */
  public boolean isStateKnown() {
    return !state.equals(UNKNOWN);
  }

  /** Whether it replaces an older version of itself at the next restart. */
  public boolean isWaitingToUpgrade() {
    return state.startsWith("activated_waiting_to_upgrade");
  }
}
