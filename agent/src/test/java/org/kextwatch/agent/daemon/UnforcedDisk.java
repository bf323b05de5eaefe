package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.kextwatch.agent.mac.Disk;

/** A disk that forces nothing: where no power fails it is the same, and quick. */
class UnforcedDisk extends Disk {
  @Override
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Files.createFile(file, PosixFilePermissions.asFileAttribute(permissions));
    Files.write(file, content, StandardOpenOption.WRITE);
  }

  @Override
  public void forceFolder(Path folder) {}
}
