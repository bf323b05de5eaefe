package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * One agent at a time. The lock ends with the process, however it ends, and needs no pid file; the
 * one channel is kept, for closing any descriptor of the file would drop it.
 */
public final class InstanceLock implements AutoCloseable {
  /** Somebody who only asks whether it is held holds it for that moment. */
  private static final int TRIES = 4;

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Whether an agent runs on this Mac; empty if that cannot be told, as by others than root.
   *
   * @param root of the Mac
   */
  public static Optional<Boolean> isHeld(SystemRoot root) {
    Path file = Places.of(root).lock();
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(false);
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return Optional.of(lock == null);
    } catch (OverlappingFileLockException e) {
      return Optional.of(true);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Takes the lock, empty if another agent holds it.
   *
   * @throws IOException if the file cannot be made or is something else, such as a link
   */
  public static Optional<InstanceLock> take(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is not a regular file"); // to open a pipe would be to wait
    }
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(Disk.PRIVATE));
    try {
      for (int tries = 0; tries < TRIES; tries++) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return Optional.of(new InstanceLock(channel));
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (OverlappingFileLockException e) {
      // held by this very process: as good as held by another
    }
    channel.close();
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
