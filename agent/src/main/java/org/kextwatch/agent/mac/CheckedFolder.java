package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open folder in which only root can exchange files. Where Java can open files relative to an
 * open folder (it can on Linux; that of a Mac is not proven to), nobody can exchange the folder
 * either. Elsewhere, and where the folder may not be listed, names are compared again afterwards.
 *
 * @param entries {@code null} if the folder may not be listed
 */
record CheckedFolder(Path folder, Object key, @Nullable DirectoryStream<Path> entries)
    implements AutoCloseable {

  /**
   * Opens it; {@link #close} closes what is opened here.
   *
   * @param key of the folder that was checked
   */
  @SuppressWarnings("StreamResourceLeak")
  static CheckedFolder open(Path folder, Object key) throws IOException {
    try {
      return new CheckedFolder(folder, key, Files.newDirectoryStream(folder));
    } catch (AccessDeniedException e) {
      return new CheckedFolder(folder, key, null);
    }
  }

  /**
   * Opens the file that was checked.
   *
   * @param fileKey of that file
   * @throws IOException also if it is another one now
   */
  InputStream read(Path name, Object fileKey) throws IOException {
    if (entries instanceof SecureDirectoryStream<Path> secure) {
      requireSame(key, secure.getFileAttributeView(BasicFileAttributeView.class));
      requireSame(
          fileKey,
          secure.getFileAttributeView(
              name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
      return Channels.newInputStream(
          secure.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
    }
    InputStream in = Files.newInputStream(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
    try {
      requireSame(key, view(folder));
      requireSame(fileKey, view(folder.resolve(name)));
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static BasicFileAttributeView view(Path path) {
    return Files.getFileAttributeView(
        path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private void requireSame(Object checked, BasicFileAttributeView now) throws IOException {
    if (!Objects.equals(checked, now.readAttributes().fileKey())) {
      throw new IOException(folder + " or a file in it was replaced while it was read");
    }
  }

  @Override
  public void close() throws IOException {
    if (entries != null) {
      entries.close();
    }
  }
}
