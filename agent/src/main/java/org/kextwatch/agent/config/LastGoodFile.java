package org.kextwatch.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/** Keeps the last good settings on disk, for a start at which a file is refused or missing. */
public final class LastGoodFile {
  /** In the folder of the state, which nobody else may read: settings can hold secrets. */
  public static final String PATH = "/private/var/db/kextwatch/settings.json";

  private static final int LIMIT_BYTES = 256 << 10;

  private final Path file;
  private final Bounds bounds;
  private final Disk disk;

  private byte[] kept = {};

  public LastGoodFile(SystemRoot root, Disk disk) {
    this.file = root.resolve(PATH);
    this.bounds = SettingsReader.bounds(root);
    this.disk = disk;
  }

  /**
   * What was kept; nothing if there is no such file.
   *
   * @throws IOException if it cannot be read or believed
   */
  public LastGood read() throws IOException {
    try {
      if (Files.isSymbolicLink(file)) {
        throw new IOException(file + ": it is a link");
      }
      byte[] json = TrustedFile.read(file, LIMIT_BYTES);
      LastGood lastGood = LastGood.of(file.toString(), json, bounds);
      kept = json;
      return lastGood;
    } catch (NoSuchFileException e) {
      return LastGood.NONE;
    } catch (RefusedPathException e) {
      throw new IOException(e.reason(), e);
    }
  }

  /**
   * Keeps it, if it is not what is kept already.
   *
   * @throws IOException if it could not; what was kept before is then still there
   */
  public void keep(LastGood lastGood) throws IOException {
    byte[] json = lastGood.toJson();
    if (Arrays.equals(json, kept) || (kept.length == 0 && lastGood.isEmpty())) {
      return;
    }
    disk.replace(file, json, Disk.PRIVATE);
    kept = json;
  }
}
