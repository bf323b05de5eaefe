package org.kextwatch.agent.report;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.report.EventData.DroppedData;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Status;

/**
 * What can be learnt from the body of a kept event, for a daemon that starts and finds an event
 * newer than its saved state.
 *
 * @param status {@code null} for dropped events, which tell none
 * @param attempt of a load, else {@code null}
 * @param changes of a changed status, else empty
 * @param loss that it tells, else {@code null}
 */
public record SpooledEvent(
    String id,
    EventType type,
    String streamId,
    long sequence,
    Instant time,
    @Nullable Status status,
    @Nullable Attempt attempt,
    List<Change> changes,
    @Nullable DroppedData loss) {

  public SpooledEvent {
    changes = List.copyOf(changes);
  }

  /**
   * Understands a body.
   *
   * @throws IOException if it is none, or of a version that this one does not understand
   */
  public static SpooledEvent read(byte[] body) throws IOException {
    Body event = Json.read(Body.class, body);
    EventType type =
        EventType.named(event.type())
            .orElseThrow(() -> new IOException("an event of unknown type " + event.type()));
    try {
      return new SpooledEvent(
          event.id(),
          type,
          event.streamid(),
          Long.parseLong(event.sequence()),
          event.time(),
          event.data().status(),
          event.data().attempt(),
          event.data().changes() == null ? List.of() : event.data().changes(),
          type == EventType.EVENTS_DROPPED ? Json.read(Dropped.class, body).data() : null);
    } catch (NumberFormatException e) {
      throw new IOException("an event without a number", e);
    }
  }

  private record Body(
      String id, String type, String streamid, String sequence, Instant time, Data data) {}

  private record Data(
      @Nullable Status status, @Nullable Attempt attempt, @Nullable List<Change> changes) {}

  private record Dropped(DroppedData data) {}

  /** The part that the keeping and sending need, which every version of the body has. */
  record Head(String id, String type, Instant time) {
    boolean is(EventType other) {
      return type.equals(other.fullName());
    }
  }
}
