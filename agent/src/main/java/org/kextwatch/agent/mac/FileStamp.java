package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stat} shows of a file. An equal stamp means the same file in the same state.
 *
 * @param key device and inode, {@code null} if there is no file
 * @param size in bytes, 0 if there is no file
 * @param changed the inode's own time, which no program can set back; a new mode changes it too
 */
public record FileStamp(
    Path path, @Nullable Object key, long size, FileTime modified, FileTime changed) {

  private static final FileTime NEVER = FileTime.fromMillis(0);

  /** HFS+ counts the times of its files in whole seconds. */
  private static final Duration GRANULARITY = Duration.ofSeconds(2);

  /**
   * Reads the stamp of a file.
   *
   * @throws IOException if there is no such file or its folder cannot be searched
   */
  @SuppressWarnings("NullAway") // the map has each attribute that was asked for
  public static FileStamp read(Path path, LinkOption... options) throws IOException {
    Map<String, Object> seen =
        Files.readAttributes(path, "unix:fileKey,size,lastModifiedTime,ctime", options);
    return new FileStamp(
        path,
        seen.get("fileKey"),
        (Long) seen.get("size"),
        (FileTime) seen.get("lastModifiedTime"),
        (FileTime) seen.get("ctime"));
  }

  /** As {@link #read}; a file that is not there has a stamp too. */
  public static FileStamp of(Path path) {
    try {
      return read(path);
    } catch (IOException e) {
      return new FileStamp(path, null, 0, NEVER, NEVER);
    }
  }

  /**
   * Whether the file was written long enough ago that one more write would give another stamp. Only
   * then may what was read be used as long as the stamp stays the same.
   */
  public boolean isSettled(Instant now) {
    return modified.toInstant().isBefore(now.minus(GRANULARITY));
  }

  /** The same without the inode's own time, for a file whose readers set its owner or mode. */
  public FileStamp ofContent() {
    return new FileStamp(path, key, size, modified, NEVER);
  }
}
