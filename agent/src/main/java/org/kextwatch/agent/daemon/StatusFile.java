package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.agent.report.Json;
import org.kextwatch.agent.status.Status;
import org.tinylog.Logger;

/** The status for everybody on this Mac to read; it holds no secrets. */
public final class StatusFile {
  public static final String PATH = "/Library/Application Support/Kextwatch/status.json";

  private static final int LIMIT_BYTES = 1 << 20;

  private final Path file;
  private final Disk disk;

  private boolean failing;

  StatusFile(SystemRoot root, Disk disk) {
    this.file = root.resolve(PATH);
    this.disk = disk;
  }

  /** Replaces the status. A failure is logged once: this is a view, nothing depends on it. */
  void write(Status status) {
    try {
      Files.createDirectories(file.getParent());
      disk.replace(file, Json.write(status), Disk.PUBLIC);
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        Logger.warn("{} could not be written: {}", file, e.getMessage());
      }
      failing = true;
    }
  }

  /**
   * The last known status.
   *
   * @throws IOException if there is none, or somebody else could have written it
   */
  public static Status read(SystemRoot root) throws IOException {
    try {
      return Json.read(Status.class, TrustedFile.read(root.resolve(PATH), LIMIT_BYTES));
    } catch (RefusedPath e) {
      throw new IOException(e.reason(), e);
    }
  }
}
