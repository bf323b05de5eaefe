package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ThrottledLog;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.agent.status.Status;
import org.tinylog.Logger;

/** The status document, which all users of this Mac can read; it holds no secrets. */
public final class StatusFile {
  private static final int LIMIT_BYTES = 1 << 20;

  private final Path folder;
  private final Path file;
  private final Disk disk;

  private final ThrottledLog complaint = new ThrottledLog("Writing the status");

  StatusFile(SystemRoot root, Disk disk) {
    this.folder = root.resolve(AgentPaths.SUPPORT);
    this.file = root.resolve(AgentPaths.STATUS);
    this.disk = disk;
  }

  /**
   * Replaces the status. A failure is only logged: this is a view, nothing depends on it. Nor is it
   * forced to the disk, which each look would wait for: what a power cut leaves of it is no status,
   * and the next look writes a new one.
   */
  void write(Status status) {
    try {
      disk.makeFolder(folder, "rwxr-xr-x");
      disk.replaceUnforced(file, Json.write(status), Disk.PUBLIC);
      complaint.worked().ifPresent(Logger::info);
    } catch (IOException e) {
      complaint.failed(e.toString(), Moment.now()).ifPresent(Logger::warn);
    }
  }

  /**
   * The last known status.
   *
   * @throws NoSuchFileException if there is none, or only a part of one
   * @throws IOException if others could have written it
   */
  public static Status read(SystemRoot root) throws IOException {
    Path file = root.resolve(AgentPaths.STATUS);
    byte[] document;
    try {
      document = TrustedFile.read(file, LIMIT_BYTES);
    } catch (RefusedPathException e) {
      throw new IOException(e.reason(), e);
    }
    try {
      return Json.read(Status.class, document);
    } catch (IOException e) {
      throw new NoSuchFileException(file.toString(), null, "it is no whole status document");
    }
  }
}
