package org.kextwatch.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/** Saves the last good settings, for a start at which a file is refused or missing. */
public final class LastGoodFile {
  private static final int LIMIT_BYTES = 256 << 10;

  private final Path file;
  private final Bounds bounds;
  private final Disk disk;

  private byte[] saved = {};

  public LastGoodFile(SystemRoot root, Disk disk) {
    this.file = root.resolve(AgentPaths.LAST_GOOD_SETTINGS);
    this.bounds = SettingsReader.bounds(root);
    this.disk = disk;
  }

  /**
   * Reads what was saved, {@link LastGood#NONE} if there is no such file.
   *
   * @throws IOException if it cannot be read or is not trusted
   */
  public LastGood read() throws IOException {
    try {
      if (Files.isSymbolicLink(file)) {
        throw new IOException(file + ": it is a link");
      }
      byte[] json = TrustedFile.read(file, LIMIT_BYTES);
      LastGood lastGood = LastGood.of(file.toString(), json, bounds);
      saved = json;
      return lastGood;
    } catch (NoSuchFileException e) {
      return LastGood.NONE;
    } catch (RefusedPathException e) {
      throw new IOException(e.reason(), e);
    }
  }

  /**
   * Saves the values if they differ from those saved before.
   *
   * @throws IOException if that fails; the file is then unchanged
   */
  public void save(LastGood lastGood) throws IOException {
    byte[] json = lastGood.toJson();
    if (Arrays.equals(json, saved) || (saved.length == 0 && lastGood.isEmpty())) {
      return;
    }
    disk.replace(file, json, Disk.PRIVATE);
    saved = json;
  }
}
