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

  /** Java has no geteuid(): a file that this process makes belongs to its effective user. */
  private static Owner findCurrent() {
    try {
      Path probe = Files.createTempFile("kextwatch", null);
      try {
        return of(probe);
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      return new Owner(NOBODY_KNOWS);
    }
  }
}
