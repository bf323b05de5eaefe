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
 * An event read back from its body, when a daemon starts and finds an event newer than its saved
 * state.
 *
 * @param data as it was when the event was made
 */
public record SpooledEvent(
    String id, EventType type, String streamId, long sequence, Instant time, EventData data) {

  /**
   * Parses the body of an event.
   *
   * @throws IOException if it is not an event, or of a type or shape that this version does not
   *     know
   */
  public static SpooledEvent read(byte[] body) throws IOException {
    Body event = Json.read(Body.class, body);
    EventType type =
        EventType.named(event.type())
            .orElseThrow(() -> new IOException("unknown event type " + event.type()));
    try {
      return new SpooledEvent(
          event.id(),
          type,
          event.streamid(),
          Long.parseLong(event.sequence()),
          event.time(),
          data(type, body));
    } catch (NumberFormatException e) {
      throw new IOException("the sequence of the event is not a number", e);
    }
  }

  private static EventData data(EventType type, byte[] body) throws IOException {
    return switch (type) {
      case AGENT_STARTED -> Json.read(Started.class, body).data();
      case AGENT_STOPPING -> Json.read(Stopping.class, body).data();
      case STATUS_CHANGED -> Json.read(Changed.class, body).data();
      case LOAD_ATTEMPTED -> Json.read(LoadAttempted.class, body).data();
      case EVENTS_DROPPED -> Json.read(Dropped.class, body).data();
      case HEARTBEAT, WEBHOOK_TEST -> throw new IOException(type + " is never in the spool");
    };
  }

  /** The dropped events that it reports, {@code null} if it is an event of another type. */
  public @Nullable DroppedData loss() {
    return data instanceof DroppedData dropped ? dropped : null;
  }

  private record Body(String id, String type, String streamid, String sequence, Instant time) {}

  private record Started(StartedData data) {}

  private record Stopping(StoppingData data) {}

  private record Changed(ChangedData data) {}

  private record LoadAttempted(LoadAttemptedData data) {}

  private record Dropped(DroppedData data) {}

  /** The members that spool and delivery need; every version of the body has them. */
  public record Head(String id, String type, Instant time) {
    /** The head of a new event. */
    public static Head of(CloudEvent event) {
      return new Head(event.id(), event.type().fullName(), event.time());
    }

    public boolean is(EventType other) {
      return type.equals(other.fullName());
    }
  }
}
