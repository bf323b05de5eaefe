package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The log in a process of its own, for a logger takes its settings once. */
class AgentLogTest {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path mac;

  @Test
  void itNeverOutgrowsItsBoundAndPrintsNothing() throws Exception {
    flood();
    flood(); // a restart goes on where the last run ended

    Path folder = mac.resolve("Library/Logs/Kextwatch");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> logs = files.filter(file -> !file.endsWith("agent.log")).toList();
      assertTrue(logs.size() <= 5, logs::toString);
      long size = logs.stream().mapToLong(AgentLogTest::size).sum();
      assertTrue(size > 2 * MEBIBYTE && size < 6 * MEBIBYTE, size + " bytes");
    }
    String newest = Files.readString(folder.resolve("agent.log"));
    assertTrue(newest.stripTrailing().endsWith("the last line"));
    assertFalse(newest.contains("not asked for"));
  }

  private void flood() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Ended ended =
        Script.run(
            mac,
            Map.of("PATH", "/usr/bin:/bin"),
            java.toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            LogFlood.class.getName(),
            mac);
    assertEquals("", ended.out() + ended.err());
    assertEquals(0, ended.exit());
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
