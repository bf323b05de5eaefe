package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The property lists of a Mac, each of which is parsed again only if its stamp differs. Stamps are
 * hints: after an hour all are parsed again whatever their stamps say. For one thread.
 */
public final class PlistCache {
  private static final Duration AGE = Duration.ofHours(1);

  private final SystemRoot root;
  private final Map<Path, Parsed> known = new HashMap<>();
  private @Nullable Moment now;
  private @Nullable Moment forgetAt;

  /** One that knows nothing, and remembers nothing before {@link #beginLook}. */
  public PlistCache(SystemRoot root) {
    this.root = root;
  }

  /** From now on it is this time. */
  public void beginLook(Moment time) {
    now = time;
    if (forgetAt == null || forgetAt.isDue(time)) {
      known.clear();
      forgetAt = time.plus(AGE);
    }
  }

  public SystemRoot root() {
    return root;
  }

  /**
   * Reads one.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if it cannot be read, or is no property list with a dictionary on top
   */
  public Plist read(String macPath) throws IOException {
    Path file = root.resolve(macPath);
    FileStamp stamp = FileStamp.of(file);
    Parsed parsed = known.get(file);
    if (parsed != null && parsed.stamp().equals(stamp)) {
      return parsed.plist();
    }
    known.remove(file);
    Plist plist = Plist.read(file);
    if (now != null && stamp.isSettled(now.wall())) {
      known.put(file, new Parsed(stamp, plist));
    }
    return plist;
  }

  /**
   * What was parsed.
   *
   * @param stamp from before it was read
   */
  private record Parsed(FileStamp stamp, Plist plist) {}
}
