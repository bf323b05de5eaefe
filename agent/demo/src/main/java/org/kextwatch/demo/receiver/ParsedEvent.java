package org.kextwatch.demo.receiver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;

/**
 * The members of a CloudEvents 1.0 JSON event that a receiver needs.
 *
 * @param streamid {@code null} for an event outside any stream
 * @param sequence its number in the stream, {@code null} if it has none, as a heartbeat
 * @param subject the Mac's serial number
 * @param text one sentence for people
 * @param data empty if it is no JSON object
 */
public record ParsedEvent(
    String id,
    String type,
    @Nullable String streamid,
    @Nullable Long sequence,
    @Nullable String subject,
    @Nullable String text,
    Map<?, ?> data) {

  /** Parses a body; empty if it is no event. */
  public static Optional<ParsedEvent> parse(String body) {
    Object json;
    try {
      json = Json.read(Object.class, body.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
    if (json instanceof Map<?, ?> members
        && "1.0".equals(members.get("specversion"))
        && members.get("id") instanceof String id
        && members.get("type") instanceof String type
        && members.get("source") instanceof String) {
      return Optional.of(
          new ParsedEvent(
              id,
              type,
              text(members, "streamid"),
              number(members, "sequence"),
              text(members, "subject"),
              text(members, "text"),
              members.get("data") instanceof Map<?, ?> data ? data : Map.of()));
    }
    return Optional.empty();
  }

  @Nullable Object data(String... path) {
    Object value = data;
    for (String name : path) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return value;
  }

  private static @Nullable String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  /** The sequence extension of CloudEvents is text, here of 16 digits. */
  private static @Nullable Long number(Map<?, ?> members, String name) {
    return members.get(name) instanceof String digits && digits.matches("[0-9]{16}")
        ? Long.valueOf(digits)
        : null;
  }
}
