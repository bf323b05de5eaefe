package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.report.Event;
import org.kextwatch.agent.report.EventData.HeartbeatData;
import org.kextwatch.agent.report.EventWriter;
import org.kextwatch.agent.status.Status;

/** Makes a sign of life of the latest status, when the delivery can send one. */
final class Heartbeat implements Supplier<Optional<Event>> {
  private final EventWriter writer;
  private final Ledger ledger;

  private volatile @Nullable Status latest;
  private volatile long intervalSeconds;

  Heartbeat(EventWriter writer, Ledger ledger) {
    this.writer = writer;
    this.ledger = ledger;
  }

  /** What is to be said from now on. */
  void say(Status status, long interval) {
    latest = status;
    intervalSeconds = interval;
  }

  /** The status of the last look, {@code null} before the first. */
  @Nullable Status latest() {
    return latest;
  }

  @Override
  public Optional<Event> get() {
    Status status = latest;
    if (status == null) {
      return Optional.empty();
    }
    HeartbeatData data = new HeartbeatData(status, ledger.countedSequence(), intervalSeconds);
    return Optional.of(writer.write(data, status.device(), Instant.now()));
  }
}
