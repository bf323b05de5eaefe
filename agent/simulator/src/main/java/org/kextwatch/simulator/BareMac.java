package org.kextwatch.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder that is a Mac, empty at first. Paths are those of the Mac, such as {@code
 * /usr/bin/kextutil}. Files and folders have a Mac's modes whatever the umask, because the agent
 * rejects what others can write. Files are replaced in one step.
 */
public class BareMac {
  private final Path folder;

  /** Creates the folder, if it is missing. */
  public BareMac(Path folder) {
    this.folder = folder;
    if (!Files.isDirectory(folder)) {
      allow(call(() -> Files.createDirectories(folder)), "rwxr-xr-x");
    }
  }

  public final Path folder() {
    return folder;
  }

  public final Path path(String macPath) {
    return folder.resolve(macPath.substring(1));
  }

  /** The path of a file whose folder is created, if it is missing. */
  public final Path place(String macPath) {
    Path file = path(macPath);
    createFolder(file.resolveSibling(""));
    return file;
  }

  /** Writes a file that everybody can read. */
  public final void write(String macPath, String content) {
    write(macPath, content, "rw-r--r--");
  }

  public final Path write(String macPath, String content, String permissions) {
    Path file = place(macPath);
    return call(
        () -> {
          Path fresh = Files.createTempFile(file.resolveSibling(""), ".new", ""); // 0600
          Files.writeString(fresh, content);
          return Files.move(allow(fresh, permissions), file, StandardCopyOption.ATOMIC_MOVE);
        });
  }

  public final void createFolder(String macPath) {
    createFolder(path(macPath));
  }

  /** Creates a link with its folder. */
  public final void link(String macPath, String target) {
    call(() -> Files.createSymbolicLink(place(macPath), Path.of(target)));
  }

  /** Deletes a file, or a folder with its content, if it is there. */
  public final void remove(String macPath) {
    delete(path(macPath));
  }

  /** Sets permissions such as {@code rwxr-xr-x}. Returns the file. */
  public static Path allow(Path file, String permissions) {
    return call(
        () -> Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions)));
  }

  /** Deletes a file, or a folder with its content, if it is there. */
  public static void delete(Path file) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(file)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void createFolder(Path last) {
    Path each = folder;
    for (Path name : folder.relativize(last)) {
      Path next = each.resolve(name);
      if (!Files.isDirectory(next)) {
        allow(call(() -> Files.createDirectory(next)), "rwxr-xr-x");
      }
      each = next;
    }
  }

  private static <T> T call(IoCall<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface IoCall<T> {
    T run() throws IOException;
  }
}
