package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.report.Event;
import org.kextwatch.agent.report.EventData.DroppedData;
import org.kextwatch.agent.report.EventType;
import org.kextwatch.agent.report.Spool;
import org.kextwatch.agent.report.SpoolEntry;
import org.kextwatch.agent.report.SpooledEvent;
import org.tinylog.Logger;

/**
 * The two-step commit: an event goes to disk first, the state that counts it after it. A crash in
 * between leaves an event newer than the state, and the next start believes it.
 */
final class Ledger {
  private final Spool spool;
  private final StateFile file;
  private final List<String> warnings = new ArrayList<>();

  private State state;
  private volatile State saved;
  private final Complaint complaint = new Complaint("Keeping events and state");
  private @Nullable String trouble;

  private Ledger(Spool spool, StateFile file, State state) {
    this.spool = spool;
    this.file = file;
    this.state = state;
    this.saved = state;
  }

  /**
   * Takes up what the last run has left.
   *
   * @throws IOException if nothing can be kept here at all
   */
  static Ledger open(Spool spool, StateFile file, @Nullable String hardwareUuid)
      throws IOException {
    StateFile.Loaded loaded = file.load(hardwareUuid);
    Ledger ledger = new Ledger(spool, file, loaded.state());
    if (loaded.warning() != null) {
      ledger.warnings.add(loaded.warning());
    }
    String stream = ledger.state.streamId();
    spool.open();
    int others = spool.setAsideAllBut(stream);
    if (others > 0) {
      ledger.warnings.add(others + " events of an earlier stream were set aside, undelivered.");
    }
    for (SpoolEntry entry : spool.pending()) {
      if (entry.sequence() > ledger.state.sequence()) {
        ledger.adopt(entry);
      }
    }
    long highest = Math.max(ledger.state.sequence(), spool.highestSequence(stream));
    ledger.state = ledger.state.counting(highest);
    file.save(ledger.state); // a new stream must be known before its first event is
    ledger.saved = ledger.state;
    return ledger;
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
   * @return whether it is on disk; if not, the state is as it was, and the same is found to be told
   *     again
   */
  boolean commit(Event event, UnaryOperator<State> meaning) {
    try {
      spool.append(event);
    } catch (IOException e) {
      report("The event could not be kept and will be told later: " + e.getMessage());
      return false;
    }
    state = meaning.apply(state.counting(state.sequence() + 1));
    save();
    return true;
  }

  /** Events that were lost since the last call, each to be told. */
  List<DroppedData> takeLosses() {
    return spool.takeUntoldLosses();
  }

  /** Replaces the state, on disk too if it is different. */
  void keep(State newState) {
    state = newState;
    save();
  }

  /** The number of the last event that the state on disk counts: it and older may be delivered. */
  long countedSequence() {
    return saved.sequence();
  }

  private void save() {
    if (state.equals(saved)) {
      return;
    }
    try {
      file.save(state);
      saved = state;
      trouble = null;
      complaint.worked().ifPresent(Logger::info);
    } catch (IOException e) {
      report("The state could not be saved and is kept in memory: " + e.getMessage());
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
        state = meaning(SpooledEvent.read(body.get()));
      }
    } catch (IOException e) {
      Logger.warn("The event {} cannot be read back: {}", entry.sequence(), e.getMessage());
    }
  }

  private State meaning(SpooledEvent event) {
    if (event.type() == EventType.STATUS_CHANGED && event.status() != null) {
      return state.telling(event.status());
    }
    if (event.type() == EventType.LOAD_ATTEMPTED && event.attempt() != null) {
      return state.with(state.loads().ended(event.attempt()));
    }
    return state;
  }
}
