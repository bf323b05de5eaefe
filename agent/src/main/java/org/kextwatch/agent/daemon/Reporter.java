package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.delivery.DeliveryState;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.AgentLog;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Trigger;

/** Tells the fleet: makes the events, has them committed, and lets the delivery know. */
final class Reporter {
  private final EventWriter writer;
  private final Ledger ledger;
  private final DeliveryThread delivery;
  private final Heartbeat heartbeat;
  private final Instant startedAt;
  private final Supplier<List<String>> warnings;

  private boolean mustTellStart;

  /**
   * Makes a reporter.
   *
   * @param warnings tells what is to be said of the settings
   * @param isDaemon whether its start is told, with the first status
   */
  Reporter(
      EventWriter writer,
      Ledger ledger,
      DeliveryThread delivery,
      Heartbeat heartbeat,
      Instant startedAt,
      Supplier<List<String>> warnings,
      boolean isDaemon) {
    this.writer = writer;
    this.ledger = ledger;
    this.delivery = delivery;
    this.heartbeat = heartbeat;
    this.startedAt = startedAt;
    this.warnings = warnings;
    this.mustTellStart = isDaemon;
  }

  /** What the agent says of itself now. */
  AgentState agentState() {
    DeliveryState state = delivery.state();
    List<String> all = new ArrayList<>(warnings.get());
    all.addAll(ledger.warnings());
    all.addAll(AgentLog.warnings());
    return new AgentState(
        Version.current(),
        startedAt,
        state.pending(),
        state.quarantined(),
        ledger.state().losses().events(),
        state.lastDeliveryAt(),
        state.lastError(),
        state.clockSkewSeconds(),
        all,
        0);
  }

  /** Which Mac this is, as far as it is known by now. */
  void belongsTo(Hardware machine) {
    ledger.belongTo(machine);
    delivery.committed(ledger.countedSequence());
  }

  /** Tells what is new in a status, if anything is, and if it is not being held. */
  void tell(Assessment look, long heartbeatSeconds) {
    Status status = look.status();
    heartbeat.say(status, heartbeatSeconds);
    if (mustTellStart) {
      mustTellStart = !commit(new EventData.StartedData(status), status);
    }
    tellUnkept(status);
    if (ledger.state().isGoodBeginning(status)) {
      ledger.keep(ledger.state().withReported(status));
    }
    ledger.state().news(look).ifPresent(news -> commit(news, status));
    tellLosses(status);
    delivery.committed(ledger.countedSequence()); // also what a save counted that came late
  }

  private void tellUnkept(Status status) {
    State.Unkept late = ledger.state().unkept();
    if (late != null) {
      commit(new LoadAttemptedData(status, late.attempt(), late.trigger()), status);
    }
  }

  /** A full look has ended: heartbeats may vouch for it. */
  void looked(FinishedLook look) {
    heartbeat.looked(look);
  }

  /**
   * A range of lost events grows until somebody listens: only then is it told, for news that waits
   * in a full spool would cost another event.
   */
  private void tellLosses(Status status) {
    ledger.settle();
    if (delivery.state().isListenedTo()) {
      for (DroppedData range : ledger.state().losses().untold()) {
        if (ledger.canTellLosses()) {
          commit(range, status);
        }
      }
    }
  }

  /** Tells of a run of the loader; if the disk does not take it, with a later look. */
  void attempted(Status status, Attempt attempt, Trigger trigger) {
    if (!commit(new LoadAttemptedData(status, attempt, trigger), status)) {
      State state = ledger.state();
      ledger.keep(
          state.with(state.loads().ended(attempt)).with(new State.Unkept(attempt, trigger)));
    }
  }

  /** Tells that the daemon ends on purpose; it has nothing to say if it never came to look. */
  void stopping(EventData.Cause cause) {
    Status status = heartbeat.latest();
    if (status != null) {
      commit(new EventData.StoppingData(status, cause), status);
    }
  }

  private boolean commit(EventData data, Status status) {
    State state = ledger.state();
    CloudEvent event =
        writer.write(data, status.device(), Instant.now(), state.streamId(), state.sequence() + 1);
    boolean committed = ledger.commit(event, data);
    delivery.committed(ledger.countedSequence());
    return committed;
  }
}
