package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * On a Mac root may ask {@code ps} for every environment ({@code -E}; ps(1)). Not yet seen on a
 * real Mac (belief:ps-environment). A process that it misses ends with the agent, because launchd
 * ends the whole process group.
 *
 * @param ps the program to ask
 */
record PsFinder(Path ps) implements ProcessReaper {
  private static final Pattern LINE = Pattern.compile("^\\s*(\\d{1,10})\\s(.*)$");
  private static final int LIMIT_BYTES = 8 << 20;
  private static final int TIMEOUT_SECONDS = 5;

  @Override
  public List<ProcessHandle> find(String marker) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(ps.toString(), "-axEww", "-o", "pid=,command=")
              .redirectErrorStream(true);
      builder.environment().clear();
      Process process = builder.start();
      BoundedOutput listing = BoundedOutput.drain(process.getInputStream(), LIMIT_BYTES);
      try {
        process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } finally {
        process.toHandle().destroyForcibly();
      }
      return parse(listing.text(), marker);
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
