package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * Lets one agent work at a time. The lock file has two places: an agent that works holds the first,
 * a daemon holds the second too. So a daemon can tell a running {@code check} from another daemon.
 * The lock ends with the process. A check writes its process into the file, for messages only. The
 * channel stays open, because closing any descriptor of the file would release the lock.
 */
public final class InstanceLock implements AutoCloseable {
  private static final long WORK = 0;
  private static final long DAEMON = 1;

  /** A process that only tests the lock holds it for that moment. */
  private static final int TRIES = 4;

  private static final Duration PAUSE = Duration.ofMillis(50);

  private static final int LIMIT_BYTES = 64;

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Whether a daemon runs on this Mac; empty if this user cannot see it.
   *
   * @param root of the Mac
   */
  public static Optional<Boolean> isHeld(SystemRoot root) {
    Path file = root.resolve(AgentPaths.LOCK);
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
    Optional<InstanceLock> lock = take(file, WORK, InstanceLock::pause);
    lock.ifPresent(InstanceLock::sign);
    return lock;
  }

  /**
   * For a daemon: empty if another one runs. It may work once {@link #mayWork} says so.
   *
   * @throws IOException if the file cannot be made or is something else, such as a link
   */
  public static Optional<InstanceLock> takeForDaemon(Path file) throws IOException {
    return takeForDaemon(file, InstanceLock::pause);
  }

  static Optional<InstanceLock> takeForDaemon(Path file, Runnable pause) throws IOException {
    return take(file, DAEMON, pause);
  }

  /** Takes the other place of a daemon; false while a check is at work. */
  boolean mayWork() throws IOException {
    return take(channel, WORK, InstanceLock::pause);
  }

  /** The check that is at work, if it said who it is. */
  Optional<LockHolder> holder() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LIMIT_BYTES);
    channel.read(bytes, 0);
    bytes.flip();
    return LockHolder.parse(StandardCharsets.US_ASCII.decode(bytes).toString());
  }

  private void sign() {
    String text = LockHolder.self().map(LockHolder::text).orElse("");
    try {
      channel.truncate(0);
      channel.write(StandardCharsets.US_ASCII.encode(text), 0);
    } catch (IOException e) {
      // a full disk: the lock holds, but others cannot see which process holds it
    }
  }

  private static Optional<InstanceLock> take(Path file, long place, Runnable pause)
      throws IOException {
    FileChannel channel = open(file);
    if (take(channel, place, pause)) {
      return Optional.of(new InstanceLock(channel));
    }
    channel.close();
    return Optional.empty();
  }

  private static boolean take(FileChannel channel, long place, Runnable pause) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      try {
        if (channel.tryLock(place, 1, false) != null) {
          return true;
        }
      } catch (OverlappingFileLockException e) {
        return false; // held by this process, which counts as held
      }
      pause.run();
    }
    return false;
  }

  private static void pause() {
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  private static FileChannel open(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1)) {
      // To open a pipe would be to wait, and a second name may be that of a file elsewhere.
      throw new IOException(file + " is not a regular file with one name; remove it");
    }
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(Disk.PRIVATE));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
