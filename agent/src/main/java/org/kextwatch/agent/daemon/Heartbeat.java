package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Status;

/**
 * Makes a heartbeat of the latest status when the delivery can send one. There is none while the
 * daemon does not look: then silence shows that it hangs.
 */
final class Heartbeat implements Supplier<Optional<CloudEvent>> {
  private final EventWriter writer;
  private final Ledger ledger;
  private final Supplier<Moment> clock;

  private volatile @Nullable Status latest;
  private volatile @Nullable FinishedLook look;
  private volatile long intervalSeconds;

  Heartbeat(EventWriter writer, Ledger ledger) {
    this(writer, ledger, Moment::now);
  }

  Heartbeat(EventWriter writer, Ledger ledger, Supplier<Moment> clock) {
    this.writer = writer;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** The status and interval of the next heartbeats. */
  void use(Status status, long interval) {
    latest = status;
    intervalSeconds = interval;
  }

  /** A full look has ended. */
  void finishLook(FinishedLook full) {
    look = full;
  }

  /** The status of the last look, {@code null} before the first. */
  @Nullable Status latest() {
    return latest;
  }

  @Override
  public Optional<CloudEvent> get() {
    Status status = latest;
    FinishedLook full = look;
    if (status == null || full == null || !full.isFresh(clock.get())) {
      return Optional.empty();
    }
    State counted = ledger.counted();
    HeartbeatData data = new HeartbeatData(status, counted.sequence(), intervalSeconds);
    return Optional.of(writer.write(data, status.device(), Instant.now(), counted.streamId()));
  }
}
