package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A copy of a database with all that was not yet merged into it, in a folder that nobody else can
 * enter. It is gone when closed.
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
      copy.take(files.database());
      for (Path part : files.unmerged()) {
        copy.take(part);
      }
      return copy;
    } catch (IOException e) {
      copy.close();
      throw e;
    }
  }

  private void take(Path file) throws IOException {
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
