package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.agent.status.ChangeRateLimit;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.VerdictSince;

/** Keeps the state in one file, which is replaced as a whole. */
class StateFile {
  private static final int LIMIT_BYTES = 1 << 20;
  private static final int TRIES = 3;
  private static final Duration PAUSE = Duration.ofMillis(100);

  static final String OTHER_MAC =
      "The saved state belongs to another Mac and a new stream of events was begun.";

  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z-]{1,64}");

  private final Path file;
  private final Disk disk;

  StateFile(Path file, Disk disk) {
    this.file = file;
    this.disk = disk;
  }

  /**
   * The state as it was left. One that cannot be read, or belongs to another Mac (a clone, a
   * migration), is not followed: a new stream begins, and a warning says so. A part that another
   * version wrote in another form is dropped alone: the stream goes on.
   */
  Loaded load(@Nullable String hardwareUuid) {
    Loaded found;
    try {
      found = read(document());
      if (!NAME.matcher(found.state().streamId()).matches()
          || !NAME.matcher(found.state().pseudonym()).matches()
          || found.state().sequence() < 0) {
        throw new IOException("it names no stream");
      }
    } catch (NoSuchFileException e) {
      return Loaded.fresh(hardwareUuid, null);
    } catch (RefusedPathException | IOException e) {
      return Loaded.fresh(
          hardwareUuid,
          "The saved state could not be read and a new stream of events was begun: "
              + e.getMessage());
    }
    State state = found.state();
    state = state.with(state.losses().upTo(state.sequence()));
    String known = state.hardwareUuid();
    if (known != null && hardwareUuid != null && !known.equals(hardwareUuid)) {
      return Loaded.fresh(hardwareUuid, OTHER_MAC);
    }
    return new Loaded(
        known == null ? state.withHardware(hardwareUuid) : state, found.warning(), false);
  }

  /** Tried more than once: a disk that fails for a moment must not cost a stream of events. */
  private byte[] document() throws IOException, RefusedPathException {
    for (int tries = 1; ; tries++) {
      try {
        if (Files.isSymbolicLink(file)) {
          throw new RefusedPathException(file, "it is a link");
        }
        return TrustedFile.read(file, LIMIT_BYTES);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (RefusedPathException | IOException e) {
        if (tries == TRIES) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static Loaded read(byte[] document) throws IOException {
    try {
      return new Loaded(Json.read(State.class, document), null, false);
    } catch (IOException e) {
      Stream stream = Json.read(Stream.class, document);
      State fresh = State.fresh(stream.hardwareUuid());
      State state =
          new State(
              State.SCHEMA,
              stream.streamId(),
              stream.hardwareUuid(),
              stream.pseudonym() == null ? fresh.pseudonym() : stream.pseudonym(),
              stream.sequence(),
              part(Told.class, document).map(Told::told).orElse(null),
              part(Loads.class, document).map(Loads::loads).orElse(fresh.loads()),
              part(Calm.class, document).map(Calm::steadiness).orElse(fresh.steadiness()),
              part(Lost.class, document).map(Lost::losses).orElse(fresh.losses()),
              part(Late.class, document).map(Late::unkept).orElse(null),
              part(Sight.class, document).map(Sight::lostSight).orElse(null),
              part(Rationed.class, document).map(Rationed::ration).orElse(null),
              part(Judged.class, document).map(Judged::judged).orElse(null),
              part(Machine.class, document).map(Machine::hardware).orElse(null));
      return new Loaded(
          state,
          "A part of the saved state could not be read and was reset: " + e.getMessage(),
          false);
    }
  }

  private static <T> Optional<T> part(Class<T> type, byte[] document) {
    try {
      return Optional.of(Json.read(type, document));
    } catch (IOException e) {
      return Optional.empty();
    }
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

  /** What must not be lost, and the parts that may be. */
  private record Stream(
      String streamId, @Nullable String hardwareUuid, @Nullable String pseudonym, long sequence) {}

  private record Told(Status told) {}

  private record Loads(LoadHistory loads) {}

  private record Calm(Debounce steadiness) {}

  private record Lost(DroppedRanges losses) {}

  private record Late(State.UnsavedAttempt unkept) {}

  private record Machine(@Nullable Hardware hardware) {}

  private record Sight(LostSight lostSight) {}

  private record Rationed(ChangeRateLimit ration) {}

  private record Judged(VerdictSince judged) {}

  /**
   * What was found.
   *
   * @param warning why all of it or a part is new, {@code null} if there is nothing to say
   * @param isNew whether the stream of events is new, and not on disk yet
   */
  record Loaded(State state, @Nullable String warning, boolean isNew) {
    static Loaded fresh(@Nullable String hardwareUuid, @Nullable String warning) {
      return new Loaded(State.fresh(hardwareUuid), warning, true);
    }
  }
}
