package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Who owns a file, or runs this program.
 *
 * @param uid the numeric user id; {@link #UNKNOWN} if it cannot be read
 */
public record Owner(int uid) {
  private static final int UNKNOWN = -1;

  /** Whoever it is, nobody believes them. */
  static final Owner NOBODY = new Owner(UNKNOWN);

  private static final Owner CURRENT = findCurrent();

  /** The effective user of this process. */
  public static Owner current() {
    return CURRENT;
  }

  /** The owner of a file, links followed. */
  public static Owner of(Path path, LinkOption... options) {
    try {
      return new Owner((Integer) Files.getAttribute(path, "unix:uid", options));
    } catch (IOException | UnsupportedOperationException e) {
      return new Owner(UNKNOWN);
    }
  }

  public boolean isRoot() {
    return uid == 0;
  }

  /** Whether this program may trust files of this owner: root's and its own. */
  public boolean isTrusted() {
    return isRoot() || (uid != UNKNOWN && uid == CURRENT.uid);
  }

  /**
   * Java has no geteuid(). Root is recognised by its name, which needs no disk, so that the daemon
   * starts on a full one; other users by the owner of a file that they create.
   */
  private static Owner findCurrent() {
    boolean isRoot = ProcessHandle.current().info().user().filter("root"::equals).isPresent();
    return isRoot ? new Owner(0) : ofNewFile();
  }

  private static Owner ofNewFile() {
    try {
      Path probe = Files.createTempFile("kextwatch", null);
      Owner owner = of(probe);
      discard(probe);
      return owner;
    } catch (IOException e) {
      return new Owner(UNKNOWN);
    }
  }

  private static void discard(Path probe) {
    try {
      Files.delete(probe);
    } catch (IOException e) {
      // its owner is known all the same
    }
  }
}
