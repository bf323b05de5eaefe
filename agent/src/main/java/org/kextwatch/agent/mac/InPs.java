package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * On a Mac root may ask {@code ps} for every environment ({@code -E}; ps(1)). Not yet seen on a
 * real Mac; what it misses dies with the agent, for launchd ends the whole process group.
 */
final class InPs implements Survivors {
  private static final Pattern LINE = Pattern.compile("^\\s*(\\d+)\\s(.*)$");
  private static final int LIMIT_BYTES = 8 << 20;

  @Override
  public List<ProcessHandle> find(String marker) {
    try {
      Process ps =
          new ProcessBuilder("/bin/ps", "-axEww", "-o", "pid=,command=")
              .redirectErrorStream(true)
              .start();
      byte[] listing = ps.getInputStream().readNBytes(LIMIT_BYTES);
      ps.destroyForcibly();
      return parse(new String(listing, StandardCharsets.UTF_8), marker);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The processes of a {@code pid command environment} listing whose line carries the marker. */
  static List<ProcessHandle> parse(String listing, String marker) {
    return listing
        .lines()
        .filter(line -> line.contains(ToolRunner.RUN_MARKER + "=" + marker))
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .flatMap(line -> ProcessHandle.of(Long.parseLong(line.group(1))).stream())
        .toList();
  }
}
