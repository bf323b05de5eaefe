package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.kextwatch.agent.Patience;

/**
 * Lets a tool end only once its output is being read. Java closes an output that nobody reads when
 * a process ends, so a tool that is quicker than the thread that reads leaves nothing open.
 */
final class OutputReaders {
  private static final int OF_A_TOOL = 2;

  private final Set<Thread> before = reading();
  private final Path mayEnd;

  OutputReaders(Path mayEnd) {
    this.mayEnd = mayEnd;
  }

  /** The lines with which the script of the tool begins. */
  String waits() {
    return "while [ ! -e '" + mayEnd + "' ]; do sleep 0.05; done";
  }

  /** Call it before the tool is run, which it lets end. */
  void watch() {
    new Thread(this::await).start();
  }

  private void await() {
    Patience.until(
        () -> {
          Set<Thread> now = reading();
          now.removeAll(before);
          return now.size() == OF_A_TOOL;
        });
    try {
      Files.createFile(mayEnd);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<Thread> reading() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().equals("tool-output"))
        .filter(
            thread ->
                Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getMethodName().equals("readBytes")))
        .map(thread -> thread.getKey())
        .collect(Collectors.toSet());
  }
}
