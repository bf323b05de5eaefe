package org.kextwatch.agent.approval;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one SQLite database.
 *
 * @see <a href="https://www.sqlite.org/walformat.html">SQLite, WAL-mode file format</a>
 */
record DatabaseFiles(Path database) {
  private static final int READ_VERSION = 19; // offset in the header; 2 means write-ahead log
  private static final int WAL = 2;

  boolean exist() {
    return !Files.notExists(database);
  }

  /** Every file that SQLite may keep for it, there or not. */
  List<Path> all() {
    return List.of(database, wal(), sibling("-shm"), sibling("-journal"));
  }

  Path wal() {
    return sibling("-wal");
  }

  /**
   * The files with changes that a writer has not merged into the database yet, or not rolled back.
   * The {@code -shm} is only an index that SQLite can rebuild.
   */
  List<Path> unmerged() {
    return Stream.of(wal(), sibling("-journal")).filter(DatabaseFiles::hasContent).toList();
  }

  /**
   * Whether SQLite can read the database without creating a file: it creates a missing {@code -wal}
   * or {@code -shm} even for a reader.
   */
  boolean areReadableInPlace() throws IOException {
    return !isWriteAheadLogged() || (Files.exists(wal()) && Files.exists(sibling("-shm")));
  }

  private boolean isWriteAheadLogged() throws IOException {
    if (!Files.isReadable(database) || !Files.isRegularFile(database)) {
      return false; // sqlite3 reports what is wrong with it
    }
    try (InputStream in = Files.newInputStream(database)) {
      byte[] header = in.readNBytes(READ_VERSION + 1);
      return header.length > READ_VERSION && header[READ_VERSION] == WAL;
    }
  }

  private Path sibling(String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }

  private static boolean hasContent(Path file) {
    try {
      return Files.size(file) > 0;
    } catch (IOException e) {
      return !Files.notExists(file);
    }
  }
}
