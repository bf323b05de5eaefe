package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Which file it is and in which state: what was found out about one holds while this is the same.
 *
 * @param path without links
 * @param key device and inode
 * @param changed the inode's own time, which no program can set back
 */
public record FileIdentity(
    Path path, @Nullable Object key, long size, FileTime modified, FileTime changed) {

  /**
   * The identity of a file.
   *
   * @param path without links; a link that is put there is another file
   * @throws IOException if there is none
   */
  static FileIdentity of(Path path) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return new FileIdentity(
        path,
        attributes.fileKey(),
        attributes.size(),
        attributes.lastModifiedTime(),
        (FileTime) Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS));
  }
}
