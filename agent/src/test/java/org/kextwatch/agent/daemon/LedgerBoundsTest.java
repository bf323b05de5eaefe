package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;

/** What happens when nobody takes the events: the spool keeps its bounds and knows what it lost. */
class LedgerBoundsTest {
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  /** How the names of the state and of its next version begin. */
  private static final String STATE = "state.json";

  private final EventWriter writer = new EventWriter();
  private Moment now = new Moment(Instant.parse("2026-11-23T12:00:00Z"), 0);
  private SpoolBounds bounds = new SpoolBounds(4, 1 << 30, Duration.ofDays(14));
  private Spool spool;

  @TempDir(factory = Memory.class)
  private Path folder;

  @Test
  void whatIsLostIsNotedInTheStateAndCounted() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 10);
    assertEquals(List.of(7L, 8L, 9L, 10L), waiting());
    assertEquals(4, files());
    assertEquals(new DroppedRanges(6, List.of(evicted(1, 6))), ledger.state().losses());
    assertEquals(ledger.state(), new StateFile(state(), new UnforcedDisk()).load("uuid").state());
  }

  @Test
  void theCountAndTheRangeSurviveARestart() throws IOException {
    tell(open(new UnforcedDisk()), 10);
    Ledger next = open(new UnforcedDisk());
    assertEquals(new DroppedRanges(6, List.of(evicted(1, 6))), next.state().losses());
    tell(next, 1);
    assertEquals(new DroppedRanges(7, List.of(evicted(1, 7))), next.state().losses());
  }

  @Test
  void thereIsNoRoomForNewsOfALossInAFullSpool() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    assertFalse(ledger.canReportLosses());
    tell(ledger, 10);
    assertFalse(ledger.canReportLosses());
    deliverOldest();
    assertTrue(ledger.canReportLosses());
    assertTrue(commit(ledger, evicted(1, 6)));
    assertEquals(new DroppedRanges(6, List.of()), ledger.state().losses());
    assertFalse(ledger.canReportLosses());
  }

  @Test
  void newsOfALossThatIsItselfEvictedIsUntoldAgain() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 6);
    deliverOldest();
    commit(ledger, evicted(1, 2));
    tell(ledger, 4);
    assertEquals(List.of(8L, 9L, 10L, 11L), waiting());
    assertEquals(
        List.of(evicted(1, 2), evicted(4, 7)), ledger.state().losses().untold()); // 3 was delivered
    assertEquals(6, ledger.state().losses().events());
  }

  @Test
  void newsThatTheEndpointRefusesIsNotTriedAgainUnderAnotherName() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 6);
    deliverOldest();
    commit(ledger, evicted(1, 2));
    spool.markDropped(spool.pending().get(3), DropReason.REJECTED);
    ledger.settle();
    assertEquals(new DroppedRanges(3, List.of()), ledger.state().losses());
    assertEquals(1, spool.quarantinedCount());
  }

  @Test
  void aRefusedEventIsNotedBeforeItGoesToTheQuarantine() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 3);
    spool.markDropped(spool.pending().get(1), DropReason.REJECTED);
    assertEquals(3, files());
    ledger.settle();
    assertEquals(2, files());
    assertEquals(
        List.of(new DroppedData(2, 2, 1, DropReason.REJECTED)), ledger.state().losses().untold());
  }

  @Test
  void whileTheLossCannotBeNotedNothingGoesAndNothingComes() throws IOException {
    RefusingDisk disk = new RefusingDisk(null);
    Ledger ledger = open(disk);
    tell(ledger, 4);
    disk.refused = STATE;
    for (int i = 0; i < 10; i++) {
      commit(ledger, changed());
    }
    assertEquals(5, files()); // the one that found it out is kept, and no more
    assertEquals(DroppedRanges.NONE, ledger.state().losses());
    disk.refused = null;
    ledger.settle();
    assertEquals(4, files());
    assertEquals(new DroppedRanges(1, List.of(evicted(1, 1))), ledger.state().losses());
    tell(ledger, 1);
    assertEquals(new DroppedRanges(2, List.of(evicted(1, 2))), ledger.state().losses());
  }

  @Test
  void aDiskThatIsFullFromTheStartStopsNobodyWhoWasHereBefore() throws IOException {
    tell(open(new UnforcedDisk()), 1);
    RefusingDisk disk = new RefusingDisk(STATE);
    Ledger ledger = open(disk);
    tell(ledger, 1);
    assertEquals(1, ledger.warnings().size());
    assertEquals(1, ledger.counted().sequence());
  }

  @Test
  void aStreamThatIsNotOnDiskYetGetsNoEvents() throws IOException {
    RefusingDisk disk = new RefusingDisk(STATE);
    Ledger ledger = open(disk);
    assertFalse(commit(ledger, changed()));
    assertEquals(0, files());
    disk.refused = null;
    assertTrue(commit(ledger, changed()));
  }

  @Test
  void whatIsTooOldGoesOnceTheClockRanForAnHour() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 3);
    now = now.plus(Duration.ofDays(20));
    ledger.settle();
    assertEquals(List.of(3L), waiting()); // the newest status stays
    assertEquals(List.of(evicted(1, 2)), ledger.state().losses().untold());
  }

  @Test
  void aClockThatWasJustSetIsNotAskedForTheAge() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 3);
    now = new Moment(now.wall().plus(Duration.ofDays(4_000)), now.nanos());
    ledger.settle();
    now = now.plus(Duration.ofMinutes(59));
    ledger.settle();
    assertEquals(3, waiting().size());
    now = now.plus(Duration.ofMinutes(2));
    ledger.settle();
    assertEquals(1, waiting().size());
  }

  @Test
  void aSmallerBoundCountsAtOnce() throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    tell(ledger, 4);
    bounds = new SpoolBounds(2, 1 << 30, Duration.ofDays(14));
    ledger.settle();
    assertEquals(List.of(3L, 4L), waiting());
  }

  /** The power fails before or after any single step on the disk, in a life with losses. */
  @Test
  void noCrashLosesTrackOfALoss() throws IOException {
    Path all = folder;
    int step = 0;
    boolean crashed = true;
    while (crashed) {
      for (boolean done : new boolean[] {false, true}) {
        folder = Files.createDirectory(all.resolve(step + "-" + done));
        Set<Long> delivered = new TreeSet<>();
        try {
          live(open(new CrashingDisk(step, done)), delivered);
          crashed = false;
        } catch (CrashingDisk.Crash e) {
          crashed = true;
        }
        accountsForAll(delivered, "crash at step " + step + (done ? ", done" : ", not done"));
      }
      step++;
    }
    assertTrue(step > 60, "steps: " + step);
  }

  private void live(Ledger ledger, Set<Long> delivered) throws IOException {
    tell(ledger, 6);
    delivered.add(spool.pending().get(0).sequence());
    deliverOldest();
    commit(ledger, ledger.state().losses().untold().get(0));
    spool.markDropped(spool.pending().get(0), DropReason.REJECTED);
    tell(ledger, 3);
  }

  /** Each number is delivered, waits, or is known to be lost: untold, or in news that waits. */
  private void accountsForAll(Set<Long> delivered, String crash) throws IOException {
    Ledger ledger = open(new UnforcedDisk());
    Set<Long> known = new TreeSet<>(delivered);
    known.addAll(waiting());
    long lost = 0;
    for (DroppedData range : ledger.state().losses().untold()) {
      LongStream.rangeClosed(range.fromSequence(), range.toSequence()).forEach(known::add);
      lost += range.count();
    }
    for (SpoolEntry entry : spool.pending()) {
      DroppedData news = SpooledEvent.read(spool.read(entry).orElseThrow()).loss();
      if (news != null) {
        LongStream.rangeClosed(news.fromSequence(), news.toSequence()).forEach(known::add);
        lost += news.count();
      }
    }
    assertEquals(
        LongStream.rangeClosed(1, ledger.state().sequence()).boxed().toList(),
        List.copyOf(known),
        crash);
    assertEquals(lost, ledger.state().losses().events(), crash);
    assertTrue(waiting().size() <= bounds.maxEvents(), crash);
    assertEquals(waiting().size(), files(), crash);
  }

  private void tell(Ledger ledger, int times) {
    for (int i = 0; i < times; i++) {
      commit(ledger, changed());
    }
  }

  private static ChangedData changed() {
    return new ChangedData(STATUS, List.of(), Transition.NEW);
  }

  private boolean commit(Ledger ledger, EventData data) {
    State state = ledger.state();
    CloudEvent event =
        writer.write(data, STATUS.device(), now.wall(), state.streamId(), state.sequence() + 1);
    return ledger.commit(event, data);
  }

  private void deliverOldest() throws IOException {
    spool.remove(spool.pending().get(0));
    spool.prepareNext();
  }

  private Ledger open(Disk disk) throws IOException {
    spool = new Spool(folder.resolve("spool"), disk);
    return Ledger.open(spool, new StateFile(state(), disk), "uuid", () -> bounds, () -> now);
  }

  private Path state() {
    return folder.resolve("state.json");
  }

  private List<Long> waiting() {
    return spool.pending().stream().map(SpoolEntry::sequence).toList();
  }

  private int files() throws IOException {
    try (var files = Files.list(folder.resolve("spool/new"))) {
      return (int) files.count();
    }
  }

  private static DroppedData evicted(long from, long to) {
    return new DroppedData(from, to, to - from + 1, DropReason.EVICTED);
  }
}
