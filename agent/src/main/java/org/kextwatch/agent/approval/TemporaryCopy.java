package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A copy of a database and of the changes that are not merged into it yet, in a folder that only
 * this user can enter. Closing it deletes it.
 */
record TemporaryCopy(Path folder, Path database) implements AutoCloseable {
  private static final long LIMIT_BYTES = 64L << 20; // a Mac's own has less than one MiB

  static TemporaryCopy of(DatabaseFiles files) throws IOException {
    Path folder =
        Files.createTempDirectory(
            "kextwatch",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    TemporaryCopy copy = new TemporaryCopy(folder, folder.resolve(files.database().getFileName()));
    try {
      copy.add(files.database());
      for (Path part : files.unmerged()) {
        copy.add(part);
      }
      return copy;
    } catch (IOException e) {
      copy.close();
      throw e;
    }
  }

  private void add(Path file) throws IOException {
    if (Files.size(file) > LIMIT_BYTES) {
      throw new IOException(file + " is too large to copy");
    }
    Files.copy(file, folder.resolve(file.getFileName()));
  }

  @Override
  public void close() throws IOException {
    for (Path part : new DatabaseFiles(database).all()) {
      Files.deleteIfExists(part);
    }
    Files.deleteIfExists(folder);
  }
}
