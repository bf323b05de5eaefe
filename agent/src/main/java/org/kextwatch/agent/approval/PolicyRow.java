package org.kextwatch.agent.approval;

import org.kextwatch.agent.config.Settings.WatchedExtension;

/**
 * One row of {@code kext_policy} or {@code kext_policy_mdm}.
 *
 * @param teamId empty for unsigned and legacy developers
 * @param bundleId empty in an MDM's row for a whole team
 */
record PolicyRow(String teamId, String bundleId, boolean allowed) {

  /** The key is the pair, because one team signs many kexts and the team may be empty. */
  boolean isFor(WatchedExtension watched) {
    return teamId.equals(watched.teamId()) && bundleId.equals(watched.bundleId());
  }

  boolean isForTeamOf(WatchedExtension watched) {
    return teamId.equals(watched.teamId()) && isForWholeTeam();
  }

  boolean isForWholeTeam() {
    return bundleId.isEmpty();
  }
}
