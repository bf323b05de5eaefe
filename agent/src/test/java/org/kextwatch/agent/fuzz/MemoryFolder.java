package org.kextwatch.agent.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for parsers of files, in memory where there is such a place. */
public final class MemoryFolder {
  private MemoryFolder() {}

  /** Makes one that goes with this process, if nothing is left in it. */
  public static Path make() {
    try {
      Path memory = Path.of("/dev/shm");
      Path path =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "kextwatch")
              : Files.createTempDirectory("kextwatch");
      path.toFile().deleteOnExit();
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file that goes with this process, with the folders above it. */
  public static Path write(Path file, byte[] content) {
    try {
      makeFolders(file.getParent());
      Files.write(file, content);
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeFolders(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      makeFolders(folder.getParent());
      Files.createDirectory(folder);
      folder.toFile().deleteOnExit();
    }
  }
}
