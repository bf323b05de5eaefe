package org.kextwatch.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/**
 * Reads what the operator wants of this Mac: managed preferences over the local file over the
 * defaults, key by key.
 */
public final class SettingsReader {
  public static final String LOCAL_FILE = "/Library/Application Support/Kextwatch/config.json";

  /** Where macOS puts the payload of a profile for our domain (as osquery and Santa read it). */
  public static final String MANAGED_FILE =
      "/Library/Managed Preferences/org.kextwatch.agent.plist";

  private static final int LIMIT_BYTES = 64 << 10;

  private final Path local;
  private final Path managed;
  private final Bounds bounds;

  public SettingsReader(SystemRoot root) {
    this.local = root.resolve(LOCAL_FILE);
    this.managed = root.resolve(MANAGED_FILE);
    this.bounds = root.isThisMac() ? Bounds.REAL_MAC : Bounds.SIMULATED_MAC;
  }

  /** Reads both files; without any, every value is at its default. */
  public SettingsReading read() {
    return SettingsReading.of(managed(), local());
  }

  /** The managed preferences alone. */
  public SettingsSource managed() {
    return source(Origin.MANAGED, managed);
  }

  /** The local file alone. */
  public SettingsSource local() {
    return source(Origin.LOCAL, local);
  }

  /**
   * Reads a file that somebody means to install, wherever it lies and whoever owns it.
   *
   * @throws IOException if it cannot be read
   */
  public SettingsReading read(Path draft) throws IOException {
    String name = draft.toString();
    try (InputStream in = Files.newInputStream(draft)) {
      byte[] bytes = in.readNBytes(LIMIT_BYTES + 1);
      SettingsSource source =
          bytes.length > LIMIT_BYTES
              ? SettingsSource.refused(
                  Origin.LOCAL, name, name + ": it is larger than " + LIMIT_BYTES + " bytes.")
              : SettingsSource.understand(Origin.LOCAL, name, bytes, bounds);
      return SettingsReading.of(SettingsSource.missing(Origin.MANAGED, managed.toString()), source);
    }
  }

  /** What stat shows of both files: while it is the same there is nothing new to read. */
  public Object fingerprint() {
    return List.of(stat(managed), stat(local));
  }

  private static Object stat(Path file) {
    try {
      return List.of(
          Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime"),
          Files.readAttributes(file.resolveSibling(""), "unix:mode,uid"));
    } catch (IOException e) {
      return Map.of();
    }
  }

  private SettingsSource source(Origin origin, Path file) {
    String name = file.toString();
    try {
      return SettingsSource.understand(origin, name, TrustedFile.read(file, LIMIT_BYTES), bounds);
    } catch (NoSuchFileException e) {
      return SettingsSource.missing(origin, name);
    } catch (RefusedPath e) {
      return SettingsSource.refused(origin, name, e.reason());
    } catch (AccessDeniedException e) {
      return SettingsSource.refused(origin, name, name + ": this user may not read it; try sudo.");
    } catch (IOException e) {
      return SettingsSource.refused(origin, name, name + ": it cannot be read: " + e.getMessage());
    }
  }
}
