package org.kextwatch.agent.event;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventData.StoppingData;

/**
 * What can be learnt from the body of a kept event, for a daemon that starts and finds an event
 * newer than its saved state.
 *
 * @param data what it tells, as it was when the event was made
 */
public record SpooledEvent(
    String id, EventType type, String streamId, long sequence, Instant time, EventData data) {

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
          data(type, body));
    } catch (NumberFormatException e) {
      throw new IOException("an event without a number", e);
    }
  }

  private static EventData data(EventType type, byte[] body) throws IOException {
    return switch (type) {
      case AGENT_STARTED -> Json.read(Started.class, body).data();
      case AGENT_STOPPING -> Json.read(Stopping.class, body).data();
      case STATUS_CHANGED -> Json.read(Changed.class, body).data();
      case LOAD_ATTEMPTED -> Json.read(LoadAttempted.class, body).data();
      case EVENTS_DROPPED -> Json.read(Dropped.class, body).data();
      case HEARTBEAT, WEBHOOK_TEST -> throw new IOException(type + " is never kept");
    };
  }

  /** The loss that it tells, {@code null} if it tells something else. */
  public @Nullable DroppedData loss() {
    return data instanceof DroppedData dropped ? dropped : null;
  }

  private record Body(String id, String type, String streamid, String sequence, Instant time) {}

  private record Started(StartedData data) {}

  private record Stopping(StoppingData data) {}

  private record Changed(ChangedData data) {}

  private record LoadAttempted(LoadAttemptedData data) {}

  private record Dropped(DroppedData data) {}

  /** The part that the keeping and sending need, which every version of the body has. */
  public record Head(String id, String type, Instant time) {
    public boolean is(EventType other) {
      return type.equals(other.fullName());
    }
  }
}
