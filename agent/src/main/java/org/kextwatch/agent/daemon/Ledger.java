package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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
 * The two-step commit: an event goes to disk first, the state that counts it after it. A crash in
 * between leaves an event newer than the state, and the next start believes it. Losses go the other
 * way: the state notes them first, then the files go.
 */
final class Ledger {
  /** A clock is not asked for an event's age before it ran so long: at boot it may say 2001. */
  private static final Duration STEADY = Duration.ofHours(1);

  /** An event that carries no status is smaller by far. */
  private static final long NEWS_BYTES = 4_096;

  private final Spool spool;
  private final StateFile file;
  private final Supplier<SpoolBounds> bounds;
  private final Supplier<Moment> clock;
  private final List<String> warnings = new ArrayList<>();
  private final ThrottledLog complaint = new ThrottledLog("Keeping events and state");

  private State state;
  private volatile State saved;
  private boolean streamIsKept;
  private boolean hasSaved;
  private @Nullable String trouble;
  private Moment seen;
  private Moment steadySince;

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
    this.clock = clock;
    this.seen = clock.get();
    this.steadySince = seen;
    if (loaded.warning() != null) {
      warnings.add(loaded.warning());
    }
  }

  /**
   * Takes up what the last run has left.
   *
   * @throws IOException if nothing can be kept here at all
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
    ledger.takeUp();
    ledger.resetIfNumbersAreExhausted();
    ledger.settle();
    return ledger;
  }

  private void takeUp() {
    setOthersAside();
    discardNotedLosses();
    for (SpoolEntry entry : spool.pending()) {
      if (entry.sequence() > state.sequence()) {
        adopt(entry);
      }
    }
    state = state.withSequence(Math.max(state.sequence(), spool.highestSequence(state.streamId())));
  }

  /** A number near the last one is damage: it must not be the last word of this Mac. */
  private void resetIfNumbersAreExhausted() {
    if (!SpoolEntry.hasNumbersAfter(state.sequence())) {
      reset(
          state.hardwareUuid(),
          "The numbers of the events were damaged, and a new stream of events was begun.");
    }
  }

  /**
   * Which Mac this is, as far as it is known by now. What it did not tell at the start may say that
   * the state is another Mac's.
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

  /** Before the news of it is adopted, after which it would be taken for another loss. */
  private void discardNotedLosses() {
    DroppedRanges noted = state.losses();
    for (SpoolEntry entry : spool.pending()) {
      noted.reasonFor(entry.sequence()).ifPresent(why -> spool.markDropped(entry, why));
    }
    Set<SpoolEntry> doomed = new HashSet<>(spool.marked().keySet());
    doomed.removeIf(entry -> noted.reasonFor(entry.sequence()).isEmpty());
    spool.discard(doomed);
  }

  State state() {
    return state;
  }

  /** What went wrong with the keeping, for the status. */
  List<String> warnings() {
    List<String> all = new ArrayList<>(warnings);
    if (trouble != null) {
      all.add(trouble);
    }
    return all;
  }

  /**
   * Commits an event and what it means for the state.
   *
   * @param event made for the next number
   * @param data what it tells
   * @return whether it is on disk; if not, the state is as it was, and the same is found to be told
   *     again
   */
  boolean commit(CloudEvent event, EventData data) {
    if (!settle()) {
      return false; // what is given up must be noted first, or the spool would grow
    }
    try {
      spool.append(event);
    } catch (IOException e) {
      report("The event could not be kept and will be told later: " + e.getMessage());
      return false;
    }
    state = state.withSequence(state.sequence() + 1).withReported(data);
    settle();
    return true;
  }

  /** Whether there is something to tell of losses, and room for it that costs no other event. */
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
   * @return whether all that is lost is noted, and a new stream is known
   */
  boolean settle() {
    SpoolBounds now = bounds.get();
    spool.keepWithin(now, tooOld(now.maxAge()));
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
      state = before; // they stay doomed, and are noted next time
    }
    return isSaved || (lost.isEmpty() && streamIsKept);
  }

  private DroppedRanges losing(DroppedRanges losses, SpoolEntry entry, DropReason reason) {
    DroppedData news = newsIn(entry);
    if (news == null) {
      return losses.with(entry.sequence(), reason);
    }
    return reason == DropReason.REJECTED
        ? losses.withSilent() // the news of that would be refused as well
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

  /** Before this an event is too old, {@code null} while the clock is not trusted with it. */
  private @Nullable Instant tooOld(Duration maxAge) {
    Moment now = clock.get();
    if (now.jumpSince(seen).abs().compareTo(Moment.JUMP) > 0) {
      steadySince = now;
    }
    seen = now;
    boolean isSteady = now.nanos() - steadySince.nanos() >= STEADY.toNanos();
    return isSteady ? now.wall().minus(maxAge) : null;
  }

  private boolean save() {
    if (hasSaved && state.equals(saved)) {
      return true;
    }
    try {
      file.save(state);
      saved = state;
      streamIsKept = true;
      hasSaved = true; // at the start too: a disk that takes nothing is told of at once
      trouble = null;
      complaint.worked().ifPresent(Logger::info);
      return true;
    } catch (IOException e) {
      report("The state could not be saved and is kept in memory: " + e.getMessage());
      return false;
    }
  }

  private void report(String newTrouble) {
    complaint.failed(newTrouble, Moment.now()).ifPresent(Logger::warn);
    trouble = newTrouble;
  }

  /** An event that was committed just before a crash has been told: its change is no news. */
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
