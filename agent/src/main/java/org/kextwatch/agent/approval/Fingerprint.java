package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What stat shows of a database and its {@code -wal}: a commit changes only the latter, a
 * checkpoint the former. An empty {@code -wal} counts as none, for readers make and touch it.
 */
public record Fingerprint(String database, String wal) {
  private static final String NONE = "";

  static Fingerprint of(DatabaseFiles files) {
    return new Fingerprint(stat(files.database(), true), stat(files.wal(), false));
  }

  /** The same of a file by itself; empty if there is none. */
  static String stat(Path file) {
    return stat(file, true);
  }

  private static String stat(Path file, boolean evenEmpty) {
    try {
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return seen.size() > 0 || evenEmpty
          ? "%s %d %s".formatted(seen.fileKey(), seen.size(), seen.lastModifiedTime())
          : NONE;
    } catch (IOException e) {
      return NONE;
    }
  }
}
