package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
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
   * @throws RefusedPathException if others can write there
   */
  @SuppressWarnings("StreamResourceLeak")
  static CheckedFolder open(Path folder) throws IOException, RefusedPathException {
    Object key = TrustedFile.checkOne(folder).key();
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
    return Channels.newInputStream(
        open(name, fileKey, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
  }

  /**
   * Opens a file.
   *
   * @param fileKey of the file that it must be, {@code null} if it may be any
   * @param options with {@link LinkOption#NOFOLLOW_LINKS}
   * @throws IOException also if it, or the folder, is another one now
   */
  SeekableByteChannel open(Path name, @Nullable Object fileKey, Set<OpenOption> options)
      throws IOException {
    requireSame(key, view(null)); // a pipe in another folder would be waited for
    SeekableByteChannel channel =
        entries instanceof SecureDirectoryStream<Path> secure
            ? secure.newByteChannel(name, options)
            : Files.newByteChannel(folder.resolve(name), options);
    try {
      requireSame(key, view(null));
      if (fileKey != null) {
        requireSame(fileKey, view(name));
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Of the folder if there is no name. */
  private BasicFileAttributeView view(@Nullable Path name) {
    Class<BasicFileAttributeView> basic = BasicFileAttributeView.class;
    if (entries instanceof SecureDirectoryStream<Path> secure) {
      return name == null
          ? secure.getFileAttributeView(basic)
          : secure.getFileAttributeView(name, basic, LinkOption.NOFOLLOW_LINKS);
    }
    Path path = name == null ? folder : folder.resolve(name);
    return Files.getFileAttributeView(path, basic, LinkOption.NOFOLLOW_LINKS);
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
