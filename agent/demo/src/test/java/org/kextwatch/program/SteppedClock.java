package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * The time of day of a process, which a test sets ahead or back while it runs; its monotonic clock
 * goes on as it does. The times of files stay the machine's. Needs gcc.
 */
final class SteppedClock {
  private final Path library;
  private final Path file;
  private final MappedByteBuffer offset;

  private SteppedClock(Path library, Path file) throws IOException {
    this.library = library;
    this.file = file;
    Files.write(file, new byte[Long.BYTES]);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      offset = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
      offset.order(ByteOrder.nativeOrder());
    }
  }

  /** One that is right. */
  static SteppedClock in(Path folder) throws IOException, InterruptedException {
    Path library = folder.resolve("clock.so");
    Path source = Script.AGENT.resolve("demo/src/test/resources/soak/clock.c");
    String compiler = "gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o";
    Ended ended = Script.run(folder, Map.of("PATH", "/usr/bin:/bin"), compiler, library, source);
    assertEquals(0, ended.exit(), ended::err);
    return new SteppedClock(library, folder.resolve("clock"));
  }

  /** What a process must have in its environment for this to be its clock. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "KEXTWATCH_CLOCK", file.toString());
  }

  /** How far it is ahead of the machine's; negative if behind. */
  Duration ahead() {
    return Duration.ofNanos(offset.getLong(0));
  }

  /** Sets it. */
  void set(Duration ahead) {
    offset.putLong(0, ahead.toNanos());
  }
}
