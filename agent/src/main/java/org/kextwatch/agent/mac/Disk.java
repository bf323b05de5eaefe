package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file operations behind everything durable; tests replace single ones by faulty ones. Data is
 * forced with {@link FileChannel#force}, which is F_FULLFSYNC on a Mac, on the channel that wrote.
 */
public class Disk {
  public static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  public static final Set<PosixFilePermission> PUBLIC =
      PosixFilePermissions.fromString("rw-r--r--");

  /** Writes a file that must not exist yet, and forces it. Links are refused. */
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    write(file, content, permissions, true);
  }

  /** As {@link #create}, but after a power cut the file may be empty or have a part of it. */
  public void createUnforced(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    write(file, content, permissions, false);
  }

  private static void write(
      Path file, byte[] content, Set<PosixFilePermission> permissions, boolean force)
      throws IOException {
    Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel =
        FileChannel.open(file, fresh, PosixFilePermissions.asFileAttribute(permissions))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (!PRIVATE.equals(permissions)) {
        // The umask may have removed some. (Who owns the folder could put a link there meanwhile.)
        Files.setPosixFilePermissions(file, permissions);
      }
      if (force) {
        channel.force(true);
      }
    }
  }

  /** Reads a file, but at most {@code most} bytes. Links are refused. */
  public byte[] read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(most);
    }
  }

  /** Gives a file its final name in one step; a file of that name is replaced. */
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Makes the names in a folder durable. */
  public void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * Replaces a file as a whole: after a crash there is the old content or the new, never a part.
   *
   * @throws IOException if it failed and the old content is still there, or if the new content may
   *     not survive a power cut
   */
  public final void replace(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    replace(file, fresh -> create(fresh, content, permissions));
    forceFolder(parentOf(file));
  }

  /**
   * Replaces a file as a whole, as readers see it; but nothing is forced, so after a power cut
   * there may be the old content, the new, or a part of it.
   *
   * @throws IOException if it failed and the old content is still there
   */
  public final void replaceUnforced(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    replace(file, fresh -> createUnforced(fresh, content, permissions));
  }

  private void replace(Path file, Creation creation) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    delete(fresh); // left by a crash
    try {
      creation.create(fresh);
      move(fresh, file);
    } catch (IOException e) {
      delete(fresh); // a partial file must not fill the disk
      throw e;
    }
  }

  /** Writes a new file. */
  private interface Creation {
    void create(Path file) throws IOException;
  }

  /**
   * Makes one of our own folders, with its parents, that other users cannot read.
   *
   * @throws IOException also if it is a link, or if other users can write to it
   */
  public final void makePrivateFolder(Path folder) throws IOException {
    makeFolder(folder, "rwx------");
  }

  /**
   * Makes one of our own folders, with its parents, with these permissions whatever the umask. An
   * existing folder keeps its permissions.
   *
   * @throws IOException also if it is a link, or if other users can write to it
   */
  public final void makeFolder(Path folder, String permissions) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(parentOf(folder));
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
      forceFolder(parentOf(folder)); // or a power cut could remove it with its content
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " is not a folder (a link is not followed here)");
    }
    try {
      TrustedFile.checkOne(folder);
    } catch (RefusedPathException e) {
      throw new IOException(e.reason(), e);
    }
  }

  private static Path parentOf(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no folder");
    }
    return parent;
  }
}
