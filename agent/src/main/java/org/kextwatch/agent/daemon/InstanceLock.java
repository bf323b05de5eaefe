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
 * One agent at a time. The lock file has two places: whoever works here holds the first, a daemon
 * holds the second too. So a daemon that finds a {@code check} at work waits for it, and ends only
 * where another daemon runs. The lock ends with the process, however it ends, and needs no pid
 * file; the one channel is kept, for closing any descriptor of the file would drop it.
 */
public final class InstanceLock implements AutoCloseable {
  private static final long WORK = 0;
  private static final long DAEMON = 1;

  /** Somebody who only asks whether it is held holds it for that moment. */
  private static final int TRIES = 4;

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Whether a daemon runs on this Mac; empty if that cannot be told, as by others than root.
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
        FileLock lock = channel.tryLock(DAEMON, 1, true)) {
      return Optional.of(lock == null);
    } catch (OverlappingFileLockException e) {
      return Optional.of(true);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * For one cycle: empty if a daemon or another check is at work.
   *
   * @throws IOException if the file cannot be made or is something else, such as a link
   */
  public static Optional<InstanceLock> takeForCheck(Path file) throws IOException {
    FileChannel channel = open(file);
    return take(channel, WORK) ? Optional.of(new InstanceLock(channel)) : none(channel);
  }

  /**
   * For a daemon: empty if another one runs. Waits for a check that is at work, which ends by
   * itself.
   *
   * @throws IOException if the file cannot be made or is something else, such as a link
   */
  public static Optional<InstanceLock> takeForDaemon(Path file) throws IOException {
    FileChannel channel = open(file);
    if (!take(channel, DAEMON)) {
      return none(channel);
    }
    while (!take(channel, WORK)) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return Optional.of(new InstanceLock(channel));
  }

  private static boolean take(FileChannel channel, long place) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      try {
        if (channel.tryLock(place, 1, false) != null) {
          return true;
        }
      } catch (OverlappingFileLockException e) {
        return false; // held by this very process: as good as held by another
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return false;
  }

  private static FileChannel open(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is not a regular file"); // to open a pipe would be to wait
    }
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(Disk.PRIVATE));
  }

  private static Optional<InstanceLock> none(FileChannel channel) throws IOException {
    channel.close();
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
