package org.kextwatch.agent.mac;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * On a Mac root may ask {@code ps} for every environment ({@code -E}; ps(1)). Not yet seen on a
 * real Mac (belief:ps-environment). A process that it misses ends with the agent, because launchd
 * ends the whole process group.
 *
 * @param ps the program to ask
 */
record PsFinder(Ps ps) implements ProcessReaper {
  private static final Pattern LINE = Pattern.compile("^\\s*(\\d{1,10})\\s(.*)$");

  @Override
  public List<ProcessHandle> find(String marker) {
    return parse(ps.ask("-axEww", "-o", "pid=,command="), marker);
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
