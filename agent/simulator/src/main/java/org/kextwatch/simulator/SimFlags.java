package org.kextwatch.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a simulated Mac: one small file per flag in its {@code sim} folder, which its tools
 * read and write too. Files are replaced in one step.
 */
record SimFlags(Path folder) {

  /** The content of a flag, without its line end; empty if it is not set. */
  Optional<String> read(String name) {
    try {
      return Optional.of(Files.readString(folder.resolve(name)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isSet(String name) {
    return Files.exists(folder.resolve(name));
  }

  void set(String name, String content) {
    try {
      Path fresh = Files.writeString(folder.resolve(name + ".new"), content + "\n");
      Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void set(String name, boolean on) {
    if (on) {
      set(name, "");
    } else {
      clear(name);
    }
  }

  void clear(String name) {
    try {
      Files.deleteIfExists(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder of files, if it is there. */
  void remove(String name) {
    BareMac.delete(folder.resolve(name));
  }

  /**
   * Sets a folder of files in one step.
   *
   * @param files exact content by file name
   */
  void setFolder(String name, Map<String, String> files) {
    try {
      Path fresh = Files.createTempDirectory(folder, name + ".new");
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(fresh.resolve(file.getKey()), file.getValue());
      }
      Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
