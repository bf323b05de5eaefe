package org.kextwatch.agent.approval;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;

/**
 * The folder to which macOS copies kexts before it validates them. System Integrity Protection sets
 * the flag "restricted" on it; Macs that had lost the flag loaded no kext (MLBZ521/MacAdmin,
 * jamf_ea_CrowdStrikeStatus.sh; belief:staging-flag).
 */
final class StagingFolder {

  private static final String RESTRICTED = "restricted";

  private StagingFolder() {}

  /** A warning for people; empty if the flag is set, or if that is not known. */
  static Optional<String> warning(SystemRoot root, ToolRunner tools, Duration timeout) {
    List<String> arguments =
        List.of("-f", "%Sf", root.resolve(SystemPaths.KEXT_STAGING).toString());
    return tools.run(Tool.STAT, timeout, arguments) instanceof ToolRun.Finished finished
            && finished.exitCode() == 0
            && !List.of(finished.stdout().strip().split(",")).contains(RESTRICTED)
        ? Optional.of(
            SystemPaths.KEXT_STAGING
                + " lacks the restricted flag: macOS may refuse to load any kernel extension.")
        : Optional.empty();
  }
}
