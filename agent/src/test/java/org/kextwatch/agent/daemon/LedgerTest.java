package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

class LedgerTest {
  private static final Status STATUS =
      StatusSamples.status(
          StatusSamples.HEALTHY,
          StatusSamples.extension(ExtensionState.APPROVED_INACTIVE, Grant.USER, false));
  private static final Attempt LOADED = new Attempt(StatusSamples.NOON, Outcome.LOADED, 0, "");

  private final EventWriter writer = new EventWriter();

  @TempDir(factory = Memory.class)
  private Path folder;

  @Test
  void anEventIsOnDiskBeforeTheStateCountsIt() throws IOException {
    Ledger ledger = open(new UnforcedDisk(), folder);
    assertTrue(commit(ledger, changed()));
    assertEquals(1, ledger.counted().sequence());
    assertEquals(STATUS, ledger.state().told());
    assertEquals(ledger.state(), stateFile(new UnforcedDisk(), folder).load("uuid").state());
    assertEquals(List.of(), ledger.warnings());
  }

  @Test
  void aForeignFileWithTheLastNumberSilencesNobody() throws IOException {
    Ledger before = open(new UnforcedDisk(), folder);
    assertTrue(commit(before, changed()));
    String stream = before.state().streamId();
    Path spool = folder.resolve("spool/new");
    Files.createFile(spool.resolve(stream + "-9999999999999999.00000000.json"));

    Ledger ledger = open(new UnforcedDisk(), folder);
    assertNotEquals(stream, ledger.state().streamId());
    assertEquals(2, ledger.warnings().size(), () -> "" + ledger.warnings());
    assertTrue(commit(ledger, changed()));
    assertEquals(1, ledger.counted().sequence());
    Ledger after = open(new UnforcedDisk(), folder);
    assertEquals(ledger.state().streamId(), after.state().streamId());
    assertEquals(List.of(), after.warnings());
  }

  @Test
  void aStateThatCameToTheLastNumberBeginsAnew() throws IOException {
    State worn = State.fresh("uuid").withSequence(9_999_999_999_999_999L);
    stateFile(new UnforcedDisk(), folder).save(worn);
    Ledger ledger = open(new UnforcedDisk(), folder);
    assertTrue(commit(ledger, changed()));
    assertEquals(1, ledger.counted().sequence());
  }

  @Test
  void whatCannotBeKeptIsFoundToBeToldAgain() throws IOException {
    RefusingDisk disk = new RefusingDisk(null);
    Ledger ledger = open(disk, folder);
    State before = ledger.state();
    disk.refused = "";
    assertFalse(commit(ledger, changed()));
    assertEquals(before, ledger.state());
    assertEquals(1, ledger.warnings().size());

    disk.refused = null;
    assertTrue(commit(ledger, changed()));
    assertEquals(1, ledger.counted().sequence());
    assertEquals(List.of(), ledger.warnings());
  }

  @Test
  void nothingGoesOutThatTheSavedStateDoesNotCount() throws IOException {
    RefusingDisk disk = new RefusingDisk(null);
    Ledger ledger = open(disk, folder);
    disk.refused = "state.json";
    assertTrue(commit(ledger, changed()));
    assertEquals(1, ledger.state().sequence());
    assertEquals(0, ledger.counted().sequence());
    assertEquals(1, ledger.warnings().size());

    disk.refused = null;
    ledger.keep(ledger.state());
    assertEquals(1, ledger.counted().sequence());
    assertEquals(List.of(), ledger.warnings());
  }

  @Test
  void anUnreadableStateBeginsANewStreamAndSetsTheOldOneAside() throws IOException {
    Ledger first = open(new UnforcedDisk(), folder);
    commit(first, changed());
    Files.writeString(folder.resolve("state.json"), "{");
    Ledger second = open(new UnforcedDisk(), folder);
    assertNotEquals(first.state().streamId(), second.state().streamId());
    assertEquals(0, second.counted().sequence());
    assertNull(second.state().told());
    assertEquals(2, second.warnings().size());
  }

  /** What another stream has lost is no loss of this one, or its own number would go with it. */
  @Test
  void aDamagedFileOfALostStreamCostsTheNewOneNothing() throws IOException {
    Ledger before = open(new UnforcedDisk(), folder);
    assertTrue(commit(before, changed()));
    assertTrue(commit(before, changed()));
    damage(before.state().streamId(), 1);
    Files.writeString(folder.resolve("state.json"), "{");

    Ledger ledger = open(new UnforcedDisk(), folder);
    assertEquals(DroppedRanges.NONE, ledger.state().losses());
    assertTrue(
        ledger.warnings().contains("2 events of an earlier stream were set aside, undelivered."));
    assertTrue(commit(ledger, changed()));
    assertEquals(List.of(1L), numbers(folder));
    Ledger after = open(new UnforcedDisk(), folder);
    assertEquals(DroppedRanges.NONE, after.state().losses());
    assertEquals(List.of(1L), numbers(folder));
    assertEquals(2, quarantined(folder));
  }

  @Test
  void aDamagedFileOfAStreamThatHasNoNumbersLeftCostsTheNextOneNothing() throws IOException {
    Ledger before = open(new UnforcedDisk(), folder);
    assertTrue(commit(before, changed()));
    String stream = before.state().streamId();
    damage(stream, 1);
    Files.createFile(
        folder.resolve("spool/new").resolve(stream + "-9999999999999999.00000000.json"));

    Ledger ledger = open(new UnforcedDisk(), folder);
    assertNotEquals(stream, ledger.state().streamId());
    assertEquals(DroppedRanges.NONE, ledger.state().losses());
    assertTrue(commit(ledger, changed()));
    open(new UnforcedDisk(), folder);
    assertEquals(List.of(1L), numbers(folder));
  }

  /** The power fails before or after any single step on the disk, in a cycle that has them all. */
  @Test
  void noCrashLosesOrRepeatsAnythingOrReusesANumber() throws IOException {
    int step = 0;
    boolean crashed = true;
    while (crashed) {
      for (boolean done : new boolean[] {false, true}) {
        Path mac = Files.createDirectory(folder.resolve(step + "-" + done));
        CrashingDisk disk = new CrashingDisk(step, done);
        Progress progress = new Progress();
        try {
          live(open(disk, mac), progress);
          crashed = false;
        } catch (CrashingDisk.Crash e) {
          crashed = true;
        }
        holds(mac, progress, "crash at step " + step + (done ? ", done" : ", not done"));
      }
      step++;
    }
    assertTrue(step > 20, "steps: " + step);
  }

  private void live(Ledger ledger, Progress progress) {
    commit(ledger, new StartedData(STATUS));
    progress.committed++;
    commit(ledger, changed());
    progress.committed++;
    ledger.keep(
        ledger
            .state()
            .with(ledger.state().loads().beginning(StatusSamples.NOON, Trigger.APPROVED)));
    progress.loaderRan = true;
    commit(ledger, new LoadAttemptedData(STATUS, LOADED, Trigger.APPROVED));
    progress.committed++;
  }

  private void holds(Path mac, Progress progress, String crash) throws IOException {
    Disk disk = new UnforcedDisk();
    Ledger ledger = open(disk, mac);
    List<EventType> kept = new ArrayList<>();
    Spool spool = new Spool(mac.resolve("spool"), disk);
    spool.open();
    List<Long> numbers = new ArrayList<>();
    for (SpoolEntry entry : spool.pending()) {
      Optional<byte[]> body = spool.read(entry);
      kept.add(SpooledEvent.read(body.orElseThrow()).type());
      numbers.add(entry.sequence());
    }
    assertEquals(LongStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers, crash);
    assertTrue(numbers.size() >= progress.committed, crash);
    assertEquals(numbers.size(), ledger.counted().sequence(), crash);
    boolean told = kept.contains(EventType.STATUS_CHANGED);
    assertEquals(told ? STATUS : null, ledger.state().told(), crash);
    boolean attempted = kept.contains(EventType.LOAD_ATTEMPTED);
    assertEquals(attempted ? LOADED : null, ledger.state().loads().last(), crash);
    if (progress.loaderRan) {
      assertEquals(StatusSamples.NOON, ledger.state().loads().begun(), crash);
      assertEquals(1, ledger.state().loads().attempts(), crash);
    }
    assertEquals(List.of(), ledger.warnings(), crash);
    assertTrue(commit(ledger, changed()), crash);
    assertEquals(numbers.size() + 1, ledger.counted().sequence(), crash);
  }

  private void damage(String stream, long number) throws IOException {
    String name = "%s-%016d".formatted(stream, number);
    try (Stream<Path> files = Files.list(folder.resolve("spool/new"))) {
      Path file = files.filter(f -> f.getFileName().toString().startsWith(name)).findAny().get();
      Files.writeString(file, "torn");
    }
  }

  private static List<Long> numbers(Path mac) throws IOException {
    Spool spool = new Spool(mac.resolve("spool"), new UnforcedDisk());
    spool.open();
    return spool.pending().stream().map(SpoolEntry::sequence).toList();
  }

  private static int quarantined(Path mac) throws IOException {
    try (Stream<Path> files = Files.list(mac.resolve("spool/quarantine"))) {
      return (int) files.count();
    }
  }

  private static ChangedData changed() {
    return new ChangedData(STATUS, List.of(), Transition.NEW);
  }

  private boolean commit(Ledger ledger, EventData data) {
    State state = ledger.state();
    CloudEvent event =
        writer.write(
            data, STATUS.device(), StatusSamples.NOON, state.streamId(), state.sequence() + 1);
    return ledger.commit(event, data);
  }

  private static Ledger open(Disk disk, Path mac) throws IOException {
    return Ledger.open(
        new Spool(mac.resolve("spool"), disk),
        stateFile(disk, mac),
        "uuid",
        () -> Settings.defaults().spool());
  }

  private static StateFile stateFile(Disk disk, Path mac) {
    return new StateFile(mac.resolve("state.json"), disk);
  }

  /** How far the agent knows that it came. */
  private static final class Progress {
    private int committed;
    private boolean loaderRan;
  }
}
