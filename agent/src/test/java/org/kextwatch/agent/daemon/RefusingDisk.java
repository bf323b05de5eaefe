package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A disk that creates no file whose name begins with some text, as if it were full. */
final class RefusingDisk extends UnforcedDisk {
  /** The beginning of the names, {@code null} to create all files. */
  String refused;

  RefusingDisk(String refused) {
    this.refused = refused;
  }

  @Override
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    if (refused != null && file.getFileName().toString().startsWith(refused)) {
      throw new IOException("No space left on device");
    }
    super.create(file, content, permissions);
  }
}
