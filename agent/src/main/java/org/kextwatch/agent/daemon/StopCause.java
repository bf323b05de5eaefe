package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.TrustedFile;

/**
 * Why the daemon is stopped. SIGTERM has no reason, so install.sh writes one into a file in the
 * daemon's folder before it asks launchd to stop the daemon.
 */
record StopCause(Path file, Disk disk) {
  private static final int LIMIT_BYTES = 32;

  /** Reads and deletes the file; without a known word the cause is the signal. */
  Cause take() {
    try {
      byte[] word = TrustedFile.read(file, LIMIT_BYTES);
      return switch (new String(word, StandardCharsets.UTF_8).strip()) {
        case "upgrade" -> Cause.UPGRADE;
        case "uninstall" -> Cause.UNINSTALL;
        default -> Cause.SIGNAL;
      };
    } catch (IOException | RefusedPathException e) {
      return Cause.SIGNAL;
    } finally {
      forget();
    }
  }

  /** Deletes a file that was written for an earlier stop. */
  void forget() {
    try {
      disk.delete(file);
    } catch (IOException e) {
      // a folder has that name, so there is no cause in it
    }
  }
}
