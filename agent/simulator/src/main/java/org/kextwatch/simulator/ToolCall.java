package org.kextwatch.simulator;

import java.time.Instant;

/**
 * One call of a tool on the simulated Mac.
 *
 * @param tool its name, such as {@code kextutil}
 * @param arguments joined by blanks, line ends made blanks too
 */
public record ToolCall(Instant at, String tool, String arguments) {

  /** Understands a line of the call log: epoch milliseconds, tool, arguments. */
  static ToolCall parse(String line) {
    String[] parts = line.split(" ", 3);
    return new ToolCall(
        Instant.ofEpochMilli(Long.parseLong(parts[0])), parts[1], parts.length < 3 ? "" : parts[2]);
  }
}
