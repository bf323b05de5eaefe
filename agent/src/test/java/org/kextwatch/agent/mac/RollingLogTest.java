package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;

/** What happens to the file while the daemon writes to it loses no line that comes later. */
class RollingLogTest {
  @TempDir private Path folder;

  private Path file;
  private Path aside;
  private RollingLog log;

  @BeforeEach
  void begin() throws IOException {
    file = folder.resolve("agent.log");
    aside = folder.resolve("agent.log.0");
    log = open();
    write("one");
  }

  enum Mishap {
    RENAMED("two\n", "one\n"),
    REMOVED("two\n", null),
    TRUNCATED("two\n", null),
    REPLACED("other\ntwo\n", "one\n"),
    COPIED_AND_TRUNCATED("two\n", "one\n"),
    UNTOUCHED("one\ntwo\n", null);

    private final String content;
    private final String contentAside;

    Mishap(String content, String contentAside) {
      this.content = content;
      this.contentAside = contentAside;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNextLineIsInTheFileOfThatName(Mishap mishap) throws Exception {
    switch (mishap) {
      case RENAMED -> Files.move(file, aside);
      case REMOVED -> Files.delete(file);
      case TRUNCATED -> truncate();
      case REPLACED -> {
        Files.move(file, aside);
        Files.writeString(file, "other\n");
      }
      case COPIED_AND_TRUNCATED -> {
        Files.copy(file, aside);
        truncate();
      }
      case UNTOUCHED -> {}
    }
    write("two");
    assertEquals(mishap.content, Files.readString(file));
    if (mishap.contentAside != null) {
      assertEquals(mishap.contentAside, Files.readString(aside));
    }
  }

  enum Obstacle {
    PIPE,
    FOLDER,
    LINK
  }

  /** A pipe would make the daemon wait, and a link lead it elsewhere. */
  @ParameterizedTest
  @EnumSource
  void whatIsNoFileIsNotWrittenToAndTheLossIsSaid(Obstacle obstacle) throws Exception {
    Files.delete(file);
    switch (obstacle) {
      case PIPE -> Script.run(folder, Map.of("PATH", "/usr/bin:/bin"), "mkfifo", file);
      case FOLDER -> Files.createDirectory(file);
      case LINK -> Files.createSymbolicLink(file, aside);
    }
    write("two");
    write("three");
    assertFalse(Files.exists(aside));

    Files.delete(file);
    write("four");
    assertEquals("\n(2 lines could not be written)\nfour\n", Files.readString(file));
  }

  @Test
  void aFullOneGetsTheNextNumberAndTheOldestGoes() throws IOException {
    for (int i = 0; i < 9; i++) {
      write("line " + i + " of twenty bytes"); // two do not fit into one
    }
    assertEquals(List.of("agent-6.log", "agent-7.log", "agent.log"), names());
    log.close();
    log = open();
    write("!");
    assertEquals("line 8 of twenty bytes\n!\n", Files.readString(file));
    assertTrue(Files.readString(folder.resolve("agent-7.log")).startsWith("line 7"));
  }

  /** 0.1.0 gave the latest of its files this name too. */
  @Test
  void theFilesOf010AreKeptAndRollOutInTime() throws IOException {
    log.close();
    Files.delete(file);
    Files.writeString(folder.resolve("agent-11.log"), "eleven\n");
    Files.writeString(folder.resolve("agent-12.log"), "twelve\n");
    Files.createLink(file, folder.resolve("agent-12.log"));

    log = open();
    write("one");
    assertEquals("one\n", Files.readString(file));
    assertEquals("twelve\n", Files.readString(folder.resolve("agent-12.log")));

    write("a line of more than thirty bytes");
    assertEquals(List.of("agent-12.log", "agent-13.log", "agent.log"), names());
  }

  private RollingLog open() throws IOException {
    return new RollingLog(
        Map.of("file", file.toString(), "format", "{message}", "bytes", "30", "backups", "2"));
  }

  private void write(String message) {
    log.write(new LogEntry(null, null, null, null, null, null, 0, null, Level.INFO, message, null));
  }

  private void truncate() throws IOException {
    FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING).close();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
