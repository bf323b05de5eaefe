package org.kextwatch.agent.health;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Reachability;

/**
 * Verifies with {@code codesign --verify} that a program is signed by Microsoft, because mdatp is
 * in {@code /Applications}, where every admin may write. A good answer holds until the file
 * changes; that is checked again right before each run.
 */
final class CodeSignature {
  /**
   * A Developer ID of Microsoft's team, from the privacy profile that Microsoft publishes for
   * Defender (mdatp-xplat, fulldisk.mobileconfig). The identifier there is left out, because it is
   * that of the app and not of its command line tool. No codesign of a Mac has confirmed it yet
   * (belief:codesign-requirement).
   */
  static final String REQUIREMENT =
      "anchor apple generic"
          + " and certificate 1[field.1.2.840.113635.100.6.2.6] exists"
          + " and certificate leaf[field.1.2.840.113635.100.6.1.13] exists"
          + " and certificate leaf[subject.OU] = UBF8T346G9";

  private final ToolRunner tools;
  private @Nullable FileStamp verified;

  CodeSignature(ToolRunner tools) {
    this.tools = tools;
  }

  /**
   * Why a program must not be run, {@code null} if it may: {@code TIMEOUT} if codesign did not end,
   * else {@code NOT_TRUSTED}, also if there is no codesign.
   */
  @Nullable Reachability refusal(FileStamp program, Duration timeout) {
    if (program.equals(verified)) {
      return null;
    }
    ToolRun run =
        tools.run(
            Tool.CODESIGN,
            timeout,
            List.of("--verify", "-R=" + REQUIREMENT, program.path().toString()));
    if (run instanceof ToolRun.Finished finished && finished.exitCode() == 0) {
      verified = program;
      return null;
    }
    boolean stopped =
        run instanceof ToolRun.TimedOut
            || (run instanceof ToolRun.NotRun notRun
                && notRun.cause() == ToolRun.FailureCause.INTERRUPTED);
    return stopped ? Reachability.TIMEOUT : Reachability.NOT_TRUSTED;
  }
}
