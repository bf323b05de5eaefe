package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.TrustedFile;

/**
 * Why the daemon is told to end. SIGTERM carries no reason, so install.sh leaves a word in the
 * daemon's own folder before it asks launchd to stop it.
 */
record StopCause(Path file, Disk disk) {
  private static final int LIMIT_BYTES = 32;

  /** Takes the word away; without one, or if it is none of ours, it is just the signal. */
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

  /** A word for an earlier stop says nothing about the next one. */
  void forget() {
    try {
      disk.delete(file);
    } catch (IOException e) {
      // a folder bears the name: it is no word, now or later
    }
  }
}
