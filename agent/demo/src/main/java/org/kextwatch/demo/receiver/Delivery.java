package org.kextwatch.demo.receiver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One POST that arrived, with what the receiver found out about it. If {@code verified} is false,
 * anybody may have sent it.
 *
 * @param id the header {@code webhook-id}, empty if there is none
 * @param event {@code null} if the body is no event with that id
 * @param verified whether the signature is valid
 * @param duplicate whether this event has arrived before
 * @param gap how many events of its stream are missing right before it
 * @param attempt the header {@code webhook-attempt}, 0 if there is none
 * @param body as it came, invalid UTF-8 replaced
 */
public record Delivery(
    String id,
    @Nullable ParsedEvent event,
    boolean verified,
    boolean duplicate,
    long gap,
    int attempt,
    Instant receivedAt,
    String body) {

  /** The type of the event, {@code null} if the body is none. */
  public @Nullable String type() {
    return event == null ? null : event.type();
  }

  /** Its number in the stream, {@code null} if the event is in none, such as a heartbeat. */
  public @Nullable Long sequence() {
    return event == null ? null : event.sequence();
  }

  /** A value in the event's {@code data}, {@code null} if there is none at this path. */
  public @Nullable Object data(String... path) {
    return event == null ? null : event.data(path);
  }
}
