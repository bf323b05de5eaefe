package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The {@code ps} of the machine that we run on, whatever the root: it is asked about our own
 * processes.
 */
record Ps(Path program) {
  static final Ps OF_THIS_SYSTEM = new Ps(Path.of("/bin/ps"));

  private static final int LIMIT_BYTES = 8 << 20;
  private static final int TIMEOUT_SECONDS = 5;

  /**
   * Runs it. What it prints within its time, empty if it cannot be run. A byte is a character:
   * numbers and our marker are ASCII, and text of two bytes a character would not fit the heap.
   */
  String ask(String... arguments) {
    try {
      List<String> command =
          Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList();
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().clear();
      Process process = builder.start();
      BoundedOutput listing = BoundedOutput.drain(process.getInputStream(), LIMIT_BYTES);
      try {
        process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } finally {
        process.toHandle().destroyForcibly();
      }
      return listing.text(StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
