package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What one look at a file says, all at the same moment. A file that cannot be looked at belongs to
 * nobody and permits everything.
 *
 * @param key the same for the same file, whatever its name
 */
record FileIdentity(
    Object key, boolean isRegularFile, Owner owner, Set<PosixFilePermission> permissions) {
  private static final FileIdentity NONE =
      new FileIdentity(new Object(), false, Owner.NOBODY, Set.of(PosixFilePermission.values()));

  FileIdentity {
    permissions = Set.copyOf(permissions);
  }

  /** Links are not followed. */
  static FileIdentity of(Path path) {
    try {
      Map<String, Object> seen =
          Files.readAttributes(
              path, "unix:fileKey,isRegularFile,uid,permissions", LinkOption.NOFOLLOW_LINKS);
      @SuppressWarnings("unchecked") // by the contract of PosixFileAttributeView
      Set<PosixFilePermission> permissions =
          (Set<PosixFilePermission>) Objects.requireNonNull(seen.get("permissions"));
      return new FileIdentity(
          Objects.requireNonNull(seen.get("fileKey")),
          Boolean.TRUE.equals(seen.get("isRegularFile")),
          new Owner((Integer) Objects.requireNonNull(seen.get("uid"))),
          permissions);
    } catch (IOException | UnsupportedOperationException e) {
      return NONE;
    }
  }

  boolean permits(Set<PosixFilePermission> any) {
    return any.stream().anyMatch(permissions::contains);
  }
}
