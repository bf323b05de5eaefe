package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
import org.kextwatch.agent.status.JavaRuntime;
import org.kextwatch.agent.status.Resources;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Trigger;

/** Reports to the fleet: makes events, commits them, and wakes the delivery. */
final class Reporter {
  private final EventWriter writer;
  private final Ledger ledger;
  private final DeliveryThread delivery;
  private final Heartbeat heartbeat;
  private final Instant startedAt;
  private final Supplier<List<String>> warnings;
  private final Supplier<Resources> resources;
  private final Consumer<EventData> witness;

  private boolean mustReportStart;

  /**
   * Makes a reporter.
   *
   * @param warnings about the settings
   * @param resources what this process uses
   * @param witness is told what was committed
   * @param isDaemon whether the start is reported, with the first status
   */
  Reporter(
      EventWriter writer,
      Ledger ledger,
      DeliveryThread delivery,
      Heartbeat heartbeat,
      Instant startedAt,
      Supplier<List<String>> warnings,
      Supplier<Resources> resources,
      Consumer<EventData> witness,
      boolean isDaemon) {
    this.writer = writer;
    this.ledger = ledger;
    this.delivery = delivery;
    this.heartbeat = heartbeat;
    this.startedAt = startedAt;
    this.warnings = warnings;
    this.resources = resources;
    this.witness = witness;
    this.mustReportStart = isDaemon;
  }

  /** The agent's own part of the status document, as it is now. */
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
        0,
        resources.get(),
        JavaRuntime.of(System::getProperty));
  }

  /** Takes note of which Mac this is, as far as that is known. */
  void identify(Hardware machine) {
    ledger.identify(machine);
    delivery.committed(ledger.counted().sequence());
  }

  /** Reports what is new in a status, unless it is held back. */
  void report(Assessment look, long heartbeatSeconds) {
    Status status = look.status();
    heartbeat.use(status, heartbeatSeconds);
    if (mustReportStart) {
      mustReportStart = !commit(new EventData.StartedData(status), status);
    }
    reportUnsavedAttempt(status);
    if (ledger.state().isGoodBeginning(status)) {
      ledger.keep(ledger.state().withReported(status));
    }
    ledger.state().news(look).ifPresent(news -> commit(news, status));
    reportLosses(status);
    delivery.committed(ledger.counted().sequence()); // a save that came late may count more
  }

  private void reportUnsavedAttempt(Status status) {
    State.UnsavedAttempt late = ledger.state().unkept();
    if (late != null) {
      commit(new LoadAttemptedData(status, late.attempt(), late.trigger()), status);
    }
  }

  /** A full look has ended, so heartbeats may be sent. */
  void finishLook(FinishedLook look) {
    heartbeat.finishLook(look);
  }

  /**
   * Reports ranges of dropped events only while the endpoint takes events: until then a range can
   * grow, and its report would take the place of another event in a full spool.
   */
  private void reportLosses(Status status) {
    ledger.settle();
    if (delivery.state().isDelivering()) {
      for (DroppedData range : ledger.state().losses().untold()) {
        if (ledger.canReportLosses()) {
          commit(range, status);
        }
      }
    }
  }

  /** Reports a run of the loader; if the disk refuses the event, a later look reports it. */
  void reportAttempt(Status status, Attempt attempt, Trigger trigger) {
    if (!commit(new LoadAttemptedData(status, attempt, trigger), status)) {
      State state = ledger.state();
      ledger.keep(
          state
              .with(state.loads().ended(attempt))
              .with(new State.UnsavedAttempt(attempt, trigger)));
    }
  }

  /** Reports that the daemon ends on purpose; not if it has never looked. */
  void reportStop(EventData.Cause cause) {
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
    delivery.committed(ledger.counted().sequence());
    if (committed) {
      witness.accept(data);
    }
    return committed;
  }
}
