package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Reads only trusted files: the file behind the name and its folder belong to root or to the
 * effective user, and no other user can write to them.
 */
public final class TrustedFile {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
  private static final Set<PosixFilePermission> OTHERS_READ =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private TrustedFile() {}

  /**
   * Rejects a file that other users could have written.
   *
   * @throws RefusedPathException with the remedy
   */
  public static void check(Path file) throws RefusedPathException {
    Path real = realPath(file);
    checkOne(real);
    Path folder = real.getParent();
    if (folder != null) {
      checkOne(folder);
    }
  }

  /**
   * Reads a small file that other users could not have written. It is checked before it is opened,
   * because opening a pipe would wait for its writer. Whatever others exchange above its folder
   * meanwhile, what is read is the file that was checked: both are found again by their keys.
   *
   * @param maxBytes a larger file is refused
   * @throws NoSuchFileException if there is none
   */
  public static byte[] read(Path file, int maxBytes) throws IOException, RefusedPathException {
    return read(file, maxBytes, Set.of());
  }

  /** As {@link #read}, for a file that other users must not read, such as the webhook secret. */
  public static byte[] readSecret(Path file, int maxBytes)
      throws IOException, RefusedPathException {
    return read(file, maxBytes, OTHERS_READ);
  }

  /**
   * Reads the end of a file that other users could not have written, and that has no second name,
   * which may be that of a file elsewhere. Links are refused.
   *
   * @param maxBytes of a larger file only its last ones are read
   */
  public static byte[] readEnd(Path file, int maxBytes) throws IOException, RefusedPathException {
    FileIdentity checked = checkOne(file);
    int names = (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    if (!checked.isRegularFile() || names > 1) {
      throw new RefusedPathException(file, "it is not a regular file with one name; remove it");
    }
    try (CheckedFolder opened = CheckedFolder.open(file.resolveSibling(""));
        InputStream in = opened.read(file.getFileName(), checked.key())) {
      in.skipNBytes(Math.max(0, Files.size(file) - maxBytes));
      return in.readNBytes(maxBytes);
    }
  }

  private static byte[] read(Path file, int maxBytes, Set<PosixFilePermission> forbidden)
      throws IOException, RefusedPathException {
    Files.readAttributes(file, BasicFileAttributes.class); // throws if it is not there
    Path real = realPath(file);
    FileIdentity checked = checkOne(real);
    Path folder = real.getParent();
    Path name = real.getFileName();
    if (folder == null || name == null || !checked.isRegularFile()) {
      throw new RefusedPathException(file, "it is not a regular file");
    }
    byte[] bytes;
    try (CheckedFolder opened = CheckedFolder.open(folder);
        InputStream in = opened.read(name, checked.key())) {
      bytes = in.readNBytes(maxBytes + 1);
    }
    if (bytes.length > maxBytes) {
      throw new RefusedPathException(file, "it is larger than " + maxBytes + " bytes");
    }
    if (checked.permits(forbidden)) {
      throw new RefusedPathException(
          file, "other users can read it; run: chmod 600 '" + file + "'");
    }
    return bytes;
  }

  private static Path realPath(Path file) throws RefusedPathException {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      throw new RefusedPathException(file, "it cannot be resolved");
    }
  }

  static FileIdentity checkOne(Path path) throws RefusedPathException {
    FileIdentity one = FileIdentity.of(path);
    if (!one.owner().isTrusted()) {
      throw new RefusedPathException(
          path, "it does not belong to root; run: chown 0:0 '" + path + "'");
    }
    if (one.permits(OTHERS_WRITE)) {
      throw new RefusedPathException(
          path, "other users can write to it; run: chmod go-w '" + path + "'");
    }
    return one;
  }

  static boolean permits(Path path, Set<PosixFilePermission> permissions) {
    try {
      return Files.getPosixFilePermissions(path).stream().anyMatch(permissions::contains);
    } catch (IOException | UnsupportedOperationException e) {
      return true; // unknown permissions are not trusted
    }
  }
}
