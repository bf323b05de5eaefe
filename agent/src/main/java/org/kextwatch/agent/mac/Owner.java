package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Who owns a file, or runs this program.
 *
 * @param uid the numeric user id; {@link #NOBODY_KNOWS} where it cannot be told
 */
public record Owner(int uid) {
  private static final int NOBODY_KNOWS = -1;
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
      return new Owner(NOBODY_KNOWS);
    }
  }

  public boolean isRoot() {
    return uid == 0;
  }

  /** Whether this program may believe what the owner wrote: root's files and its own. */
  public boolean isTrusted() {
    return isRoot() || (uid != NOBODY_KNOWS && uid == CURRENT.uid);
  }

  /**
   * Java has no geteuid(). Root has the same name everywhere, and needs no disk to be known by it:
   * its daemon starts on a full one too. Others are known by a file that they make.
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
      return new Owner(NOBODY_KNOWS);
    }
  }

  private static void discard(Path probe) {
    try {
      Files.delete(probe);
    } catch (IOException e) {
      // it has told whose it is all the same
    }
  }
}
