package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.ThrottledLog;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.tinylog.Logger;

/**
 * Commits events in two steps: first the event is written, then the state that counts it. A crash
 * in between leaves an event newer than the state, and the next start adopts it. Dropped events go
 * the other way: first the state notes them, then their files are deleted.
 */
final class Ledger {
  /** Larger than a report of dropped events, which has no status. */
  private static final long NEWS_BYTES = 4_096;

  private final Spool spool;
  private final StateFile file;
  private final Supplier<SpoolBounds> bounds;
  private final SteadyClock clock;
  private final List<String> warnings = new ArrayList<>();
  private final ThrottledLog complaint = new ThrottledLog("Saving events and state");

  private State state;
  private volatile State saved;
  private boolean streamIsKept;
  private boolean hasSaved;
  private @Nullable String problem;

  private Ledger(
      Spool spool,
      StateFile file,
      StateFile.Loaded loaded,
      Supplier<SpoolBounds> bounds,
      Supplier<Moment> clock) {
    this.spool = spool;
    this.file = file;
    this.state = loaded.state();
    this.saved = state;
    this.streamIsKept = !loaded.isNew();
    this.bounds = bounds;
    this.clock = new SteadyClock(clock);
    if (loaded.warning() != null) {
      warnings.add(loaded.warning());
    }
  }

  /**
   * Continues from what the last run has saved.
   *
   * @throws IOException if nothing can be saved here
   */
  static Ledger open(
      Spool spool, StateFile file, @Nullable String hardwareUuid, Supplier<SpoolBounds> bounds)
      throws IOException {
    return open(spool, file, hardwareUuid, bounds, Moment::now);
  }

  static Ledger open(
      Spool spool,
      StateFile file,
      @Nullable String hardwareUuid,
      Supplier<SpoolBounds> bounds,
      Supplier<Moment> clock)
      throws IOException {
    Ledger ledger = new Ledger(spool, file, file.load(hardwareUuid), bounds, clock);
    spool.open();
    ledger.recover();
    ledger.resetIfNumbersAreExhausted();
    ledger.settle();
    return ledger;
  }

  private void recover() {
    setOthersAside();
    discardNotedLosses();
    for (SpoolEntry entry : spool.pending()) {
      if (entry.sequence() > state.sequence()) {
        adopt(entry);
      }
    }
    state = state.withSequence(Math.max(state.sequence(), spool.highestSequence(state.streamId())));
  }

  /** A sequence number near the maximum is damage; it must not stop the reports of this Mac. */
  private void resetIfNumbersAreExhausted() {
    if (!SpoolEntry.hasNumbersAfter(state.sequence())) {
      reset(
          state.hardwareUuid(),
          "The numbers of the events were damaged, and a new stream of events was begun.");
    }
  }

  /**
   * Takes note of which Mac this is. A UUID that was unknown at the start may show that the state
   * belongs to another Mac.
   */
  void identify(Hardware machine) {
    String known = state.hardwareUuid();
    if (known != null && machine.uuid() != null && !known.equals(machine.uuid())) {
      reset(machine.uuid(), StateFile.OTHER_MAC);
    }
    keep(state.withHardware(machine));
  }

  private void reset(@Nullable String hardwareUuid, String why) {
    state = State.fresh(hardwareUuid);
    saved = state;
    hasSaved = false;
    streamIsKept = false;
    warnings.add(why);
    setOthersAside();
  }

  private void setOthersAside() {
    int others = spool.quarantineOtherStreams(state.streamId());
    if (others > 0) {
      warnings.add(others + " events of an earlier stream were set aside, undelivered.");
    }
  }

  /** Before events are adopted, or a noted loss would be counted twice. */
  private void discardNotedLosses() {
    DroppedRanges losses = state.losses();
    for (SpoolEntry entry : spool.pending()) {
      losses.reasonFor(entry.sequence()).ifPresent(why -> spool.markDropped(entry, why));
    }
    Set<SpoolEntry> noted = new HashSet<>(spool.marked().keySet());
    noted.removeIf(entry -> losses.reasonFor(entry.sequence()).isEmpty());
    spool.discard(noted);
  }

  State state() {
    return state;
  }

  /** Problems with saving, for the status. */
  List<String> warnings() {
    List<String> all = new ArrayList<>(warnings);
    if (problem != null) {
      all.add(problem);
    }
    return all;
  }

  /**
   * Commits an event and what it means for the state.
   *
   * @param event made for the next number
   * @param data of the event
   * @return whether it is on disk; if not, the state is unchanged, so a later look finds the same
   *     change
   */
  boolean commit(CloudEvent event, EventData data) {
    if (!settle()) {
      return false; // dropped events must be noted first, or the spool would grow
    }
    try {
      spool.append(event);
    } catch (IOException e) {
      report("An event could not be saved and will be reported later: " + e.getMessage());
      return false;
    }
    state = state.withSequence(state.sequence() + 1).withReported(data);
    settle();
    return true;
  }

  /** Whether there are dropped events to report, and room for the report in the spool. */
  boolean canReportLosses() {
    return !state.losses().untold().isEmpty() && spool.hasRoom(bounds.get(), 1, NEWS_BYTES);
  }

  /** Replaces the state, on disk too if it is different. */
  void keep(State newState) {
    state = newState;
    save();
  }

  /** The state on disk: its last event and those before it may be delivered. For any thread. */
  State counted() {
    return saved;
  }

  /**
   * Keeps the spool within its bounds, and the state on disk.
   *
   * @return whether all dropped events are noted, and a new stream is saved
   */
  boolean settle() {
    SpoolBounds now = bounds.get();
    spool.keepWithin(now, clock.before(now.maxAge()));
    Map<SpoolEntry, DropReason> lost = spool.marked();
    State before = state;
    DroppedRanges losses = state.losses();
    for (Map.Entry<SpoolEntry, DropReason> one : lost.entrySet()) {
      losses = losing(losses, one.getKey(), one.getValue());
    }
    state = state.with(losses);
    boolean isSaved = save();
    if (isSaved) {
      spool.discard(lost.keySet());
    } else {
      state = before; // they stay marked, and are noted next time
    }
    return isSaved || (lost.isEmpty() && streamIsKept);
  }

  private DroppedRanges losing(DroppedRanges losses, SpoolEntry entry, DropReason reason) {
    DroppedData news = newsIn(entry);
    if (news == null) {
      return losses.with(entry.sequence(), reason);
    }
    return reason == DropReason.REJECTED
        ? losses.withSilent() // the endpoint would refuse that report too
        : losses.with(entry.sequence(), reason).withAgain(news);
  }

  private @Nullable DroppedData newsIn(SpoolEntry entry) {
    try {
      Optional<byte[]> body = spool.read(entry);
      return body.isPresent() ? SpooledEvent.read(body.get()).loss() : null;
    } catch (IOException e) {
      return null;
    }
  }

  private boolean save() {
    if (hasSaved && state.equals(saved)) {
      return true;
    }
    try {
      file.save(state);
      saved = state;
      streamIsKept = true;
      hasSaved = true; // saved at the start too, so that a full disk is reported at once
      problem = null;
      complaint.worked().ifPresent(Logger::info);
      return true;
    } catch (IOException e) {
      report("The state could not be saved and is kept in memory: " + e.getMessage());
      return false;
    }
  }

  private void report(String newProblem) {
    complaint.failed(newProblem, Moment.now()).ifPresent(Logger::warn);
    problem = newProblem;
  }

  /** Adopts an event that was committed just before a crash, so that it is not reported twice. */
  private void adopt(SpoolEntry entry) {
    try {
      Optional<byte[]> body = spool.read(entry);
      if (body.isPresent()) {
        state = state.withReported(SpooledEvent.read(body.get()).data());
      }
    } catch (IOException e) {
      Logger.warn("The event {} cannot be read back: {}", entry.sequence(), e.getMessage());
    }
  }
}
