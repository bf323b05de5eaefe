package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.report.Delivery;
import org.kextwatch.agent.report.DeliveryState;
import org.kextwatch.agent.report.Event;
import org.kextwatch.agent.report.EventData;
import org.kextwatch.agent.report.EventWriter;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.Verdict;

/** Tells the fleet: makes the events, has them committed, and lets the delivery know. */
final class Reporter {
  private final String version;
  private final Instant startedAt;
  private final EventWriter writer = new EventWriter();
  private final Ledger ledger;
  private final Delivery delivery;

  private boolean mustTellStart;
  private List<String> settingsWarnings = List.of();
  private volatile @Nullable Status latest;

  /**
   * Makes a reporter.
   *
   * @param isDaemon whether its start is told, with the first status
   */
  Reporter(
      String version, Instant startedAt, Ledger ledger, Delivery delivery, boolean isDaemon) {
    this.version = version;
    this.startedAt = startedAt;
    this.ledger = ledger;
    this.delivery = delivery;
    this.mustTellStart = isDaemon;
  }

  /** What is to be said of the settings from now on. */
  void warnOfSettings(List<String> warnings) {
    settingsWarnings = List.copyOf(warnings);
  }

  /** What the agent says of itself now. */
  AgentState agentState() {
    DeliveryState state = delivery.state();
    List<String> warnings = new ArrayList<>(settingsWarnings);
    warnings.addAll(ledger.warnings());
    return new AgentState(
        version,
        startedAt,
        state.pending(),
        state.quarantined(),
        state.dropped(),
        state.lastDeliveryAt(),
        state.lastError(),
        state.clockSkewSeconds(),
        warnings,
        0);
  }

  /** Tells what is new in a status, if anything is, and if it is not being held. */
  void tell(Status status) {
    latest = status;
    if (mustTellStart) {
      mustTellStart = !commit(new EventData.StartedData(status), status);
    }
    if (!ledger.state().steadiness().held()) {
      tellChanges(status);
    }
  }

  private void tellChanges(Status status) {
    Status told = ledger.state().told();
    List<Change> changes = Changes.between(told, status);
    if (changes.isEmpty()) {
      return;
    }
    if (told == null && status.verdict() != Verdict.AT_RISK) {
      ledger.keep(ledger.state().telling(status)); // a good beginning is no news
      return;
    }
    commit(new EventData.ChangedData(status, changes, Transition.between(told, status)), status);
  }

  /** Tells of a run of the loader. */
  void attempted(Status status, Attempt attempt, Trigger trigger) {
    commit(new EventData.LoadAttemptedData(status, attempt, trigger), status);
  }

  /** Tells that the daemon ends on purpose; it has nothing to say if it never came to look. */
  void stopping(EventData.Cause cause) {
    Status status = latest;
    if (status != null) {
      commit(new EventData.StoppingData(status, cause), status);
    }
  }

  /** A sign of life with the latest status; called by the delivery when it can be sent. */
  Optional<Event> heartbeat(long intervalSeconds) {
    Status status = latest;
    if (status == null) {
      return Optional.empty();
    }
    EventData data =
        new EventData.HeartbeatData(status, ledger.countedSequence(), intervalSeconds);
    return Optional.of(writer.write(data, status.device(), Instant.now()));
  }

  private boolean commit(EventData data, Status status) {
    State state = ledger.state();
    Event event =
        writer.write(
            data, status.device(), Instant.now(), state.streamId(), state.sequence() + 1);
    boolean committed =
        ledger.commit(
            event, counted -> data instanceof EventData.ChangedData ? counted.telling(status) : counted);
    delivery.committed(ledger.countedSequence());
    return committed;
  }
}
