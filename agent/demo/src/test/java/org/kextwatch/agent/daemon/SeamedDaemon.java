package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * The daemon in a process of its own, as if launchd had started it, with a watchdog that waits
 * seconds instead of minutes, and a disk that hangs once a file is there, or has a defect if the
 * file is not empty.
 */
public final class SeamedDaemon {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private SeamedDaemon() {}

  /** Arguments: the Mac, and the file that makes the disk hang. */
  public static void main(String[] arguments) throws Exception {
    SystemRoot root = SystemRoot.at(Path.of(arguments[0]));
    Disk disk = new HangingDisk(Path.of(arguments[1]));
    Turn.Limits limits =
        new Turn.Limits(Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMinutes(10));
    DaemonProcess.Seams seams =
        new DaemonProcess.Seams(
            true, disk, Duration.ofSeconds(1), Duration.ofMillis(500), PATIENCE, limits);
    new DaemonProcess(root, System.err::println, seams).run();
    System.exit(1);
  }

  private static final class HangingDisk extends Disk {
    private final Path sign;

    private HangingDisk(Path sign) {
      this.sign = sign;
    }

    @Override
    public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
        throws IOException {
      hang();
      super.create(file, content, permissions);
    }

    @Override
    public void createUnforced(Path file, byte[] content, Set<PosixFilePermission> permissions)
        throws IOException {
      hang();
      super.createUnforced(file, content, permissions);
    }

    private void hang() throws IOException {
      if (Files.exists(sign) && Files.size(sign) > 0) {
        throw new IllegalStateException("a defect");
      }
      while (Files.exists(sign)) {
        LockSupport.park();
      }
    }
  }
}
