package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.agent.report.Json;

/** Keeps the state in one file, replaced as a whole. */
final class StateFile {
  private static final int LIMIT_BYTES = 1 << 20;

  private final Path file;
  private final Disk disk;

  StateFile(Path file, Disk disk) {
    this.file = file;
    this.disk = disk;
  }

  /**
   * The state as it was left. One that cannot be read, or belongs to another Mac (a clone, a
   * migration), is not followed: everything starts anew, and the warning says so.
   */
  Loaded load(@Nullable String hardwareUuid) {
    State state;
    try {
      if (Files.isSymbolicLink(file)) {
        throw new RefusedPath(file, "it is a link");
      }
      state = Json.read(State.class, TrustedFile.read(file, LIMIT_BYTES));
    } catch (NoSuchFileException e) {
      return new Loaded(State.fresh(hardwareUuid), null);
    } catch (RefusedPath | IOException e) {
      return new Loaded(
          State.fresh(hardwareUuid),
          "The saved state could not be read and a new stream of events was begun: "
              + e.getMessage());
    }
    String known = state.hardwareUuid();
    if (known != null && hardwareUuid != null && !known.equals(hardwareUuid)) {
      return new Loaded(
          State.fresh(hardwareUuid),
          "The saved state belongs to another Mac and a new stream of events was begun.");
    }
    return new Loaded(known == null ? state.on(hardwareUuid) : state, null);
  }

  /**
   * Keeps a state over any crash.
   *
   * @throws IOException if it could not; the old one is then still there
   */
  void save(State state) throws IOException {
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is a folder");
    }
    disk.replace(file, Json.write(state), Disk.PRIVATE);
  }

  /**
   * What was found.
   *
   * @param warning why it is a new state, {@code null} if there is nothing to say
   */
  record Loaded(State state, @Nullable String warning) {}
}
