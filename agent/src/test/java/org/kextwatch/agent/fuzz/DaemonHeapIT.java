package org.kextwatch.agent.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;

/**
 * Nothing that a tool prints, and no property list, fills the heap that the launcher gives the
 * daemon.
 */
class DaemonHeapIT {
  private static final Pattern HEAP = Pattern.compile("(-Xmx\\d+m) (-Xmn\\d+m)");

  @Test
  void whateverAToolPrintsFitsTheHeapOfTheDaemon(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path ps =
        Script.write(
            folder.resolve("ps"), "yes '    1 /usr/bin/x HOME=/Users/\u0416' | head -c 8388608");
    Path list = Files.write(folder.resolve("db.plist"), PlistSeeds.sameRow(250_000));
    assertTrue(Files.size(list) < 512 << 10, "as long as is read");
    Path log = folder.resolve("log");
    Process java =
        Script.start(
            new ProcessBuilder(command(ps, list))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile()));
    assertEquals(0, java.waitFor(), () -> end(log));
  }

  private static List<String> command(Path ps, Path list) throws IOException {
    Matcher heap = HEAP.matcher(Files.readString(Script.AGENT.resolve("src/main/sh/kextwatch")));
    assertTrue(heap.find());
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        heap.group(1),
        heap.group(2),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        "-cp",
        System.getProperty("java.class.path"),
        ShortLines.class.getName(),
        ps.toString(),
        list.toString());
  }

  private static String end(Path log) {
    try {
      String text = Files.readString(log);
      return text.substring(Math.max(0, text.length() - 3_000));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
