package org.kextwatch.agent.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Which file it is and in which state: what was found out about one holds while this is the same.
 *
 * @param path all links resolved
 * @param key device and inode
 * @param changed the inode's own time, which no program can set back
 */
record FileIdentity(
    Path path, @Nullable Object key, long size, FileTime modified, FileTime changed) {

  /**
   * The identity of the file behind a name.
   *
   * @throws IOException if there is none
   */
  static FileIdentity of(Path name) throws IOException {
    Path path = name.toRealPath();
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileIdentity(
        path,
        attributes.fileKey(),
        attributes.size(),
        attributes.lastModifiedTime(),
        (FileTime) Files.getAttribute(path, "unix:ctime"));
  }
}
