package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventData.StoppingData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/**
 * An event means the same whether it was committed in peace, or the state that counts it was never
 * saved and the next start finds the event.
 */
class MeaningTest {
  private static final Status BLOCKED =
      StatusSamples.status(
          StatusSamples.pair(true, false),
          StatusSamples.extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false));
  private static final Status PROTECTED =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
  private static final Attempt FAILED =
      new Attempt(StatusSamples.NOON, Outcome.FAILED, 71, "link error");
  private static final DroppedData LOST = new DroppedData(2, 3, 2, DropReason.CORRUPT);

  private static final LoadHistory BEGUN =
      LoadHistory.NONE
          .seen(StatusSamples.NOON, "boot", "1", Grant.USER)
          .beginning(StatusSamples.NOON, Trigger.APPROVED);
  private static final State STATE =
      State.fresh("uuid")
          .withSequence(7)
          .withReported(BLOCKED)
          .with(BEGUN)
          .with(DroppedRanges.NONE.with(2, DropReason.CORRUPT).with(3, DropReason.CORRUPT));

  /** The disk did not take the event, and since then another grant has made the attempt void. */
  private static final State LATE =
      STATE
          .with(
              BEGUN
                  .ended(FAILED)
                  .seen(StatusSamples.NOON.plusSeconds(60), "boot", "1", Grant.USER_AND_MDM))
          .with(new State.UnsavedAttempt(FAILED, Trigger.APPROVED));

  @TempDir private Path folder;

  static Stream<Arguments> events() {
    LoadAttemptedData attempt = new LoadAttemptedData(BLOCKED, FAILED, Trigger.APPROVED);
    ChangedData changed =
        new ChangedData(
            PROTECTED, Changes.between(BLOCKED, PROTECTED), Transition.between(BLOCKED, PROTECTED));
    return Stream.of(
        Arguments.of(STATE, new StartedData(PROTECTED)),
        Arguments.of(STATE, new StoppingData(PROTECTED, EventData.Cause.SIGNAL)),
        Arguments.of(STATE, changed),
        Arguments.of(STATE, attempt),
        Arguments.of(LATE, attempt),
        Arguments.of(STATE, LOST));
  }

  @ParameterizedTest
  @MethodSource("events")
  void committedOrAdoptedItIsTheSame(State before, EventData data) throws IOException {
    Ledger live = open(folder.resolve("live"), noState(), before);
    commit(live, data);
    commit(open(folder.resolve("crashed"), noState(), before), data);
    Ledger adopted = open(folder.resolve("crashed"), new UnforcedDisk(), null);
    assertEquals(live.state(), adopted.state());
    assertEquals(before.sequence() + 1, adopted.counted().sequence());
  }

  @ParameterizedTest
  @MethodSource("events")
  void everythingIsReadBackAsItWas(State before, EventData data) throws IOException {
    Ledger live = open(folder, new UnforcedDisk(), before);
    commit(live, data);
    assertEquals(live.state(), open(folder, new UnforcedDisk(), null).state());
  }

  /** A disk that takes the event and not the state that counts it, as if the power failed there. */
  private static Disk noState() {
    return new RefusingDisk("state.json");
  }

  private static void commit(Ledger ledger, EventData data) {
    State state = ledger.state();
    assertTrue(
        ledger.commit(
            new EventWriter()
                .write(
                    data,
                    StatusSamples.DEVICE,
                    StatusSamples.NOON.plusSeconds(90),
                    state.streamId(),
                    state.sequence() + 1),
            data));
  }

  private static Ledger open(Path mac, Disk disk, State before) throws IOException {
    Files.createDirectories(mac);
    Path state = mac.resolve("state.json");
    if (before != null) {
      new StateFile(state, new UnforcedDisk()).save(before);
    }
    return Ledger.open(
        new Spool(mac.resolve("spool"), disk),
        new StateFile(state, disk),
        "uuid",
        () -> Settings.defaults().spool());
  }
}
