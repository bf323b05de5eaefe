package org.kextwatch.agent.approval;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.KernelEntry;

/**
 * The kernel's own list of loaded kexts. Up to macOS 10.15 kextstat prints it, later a shim of that
 * name, which prints messages of its own on stderr; both end with 0 whether or not the kext is
 * loaded (belief:kernel-list).
 */
final class KernelList {
  private final ToolRunner tools;

  KernelList(ToolRunner tools) {
    this.tools = tools;
  }

  KernelEntry listed(WatchedExtension watched, Duration timeout) {
    return parse(
        tools.run(Tool.KEXTSTAT, timeout, List.of("-l", "-b", watched.bundleId())),
        watched.bundleId());
  }

  static KernelEntry parse(ToolRun run, String bundleId) {
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return KernelEntry.UNKNOWN;
    }
    Matcher row =
        Pattern.compile("(?<!\\S)" + Pattern.quote(bundleId) + " \\((?:([^)\\n]{1,64})\\))?")
            .matcher(finished.stdout());
    if (!row.find()) {
      return KernelEntry.NOT_LOADED;
    }
    String version = row.group(1) == null ? "" : row.group(1).strip();
    return new KernelEntry(true, version.isEmpty() ? null : version);
  }
}
