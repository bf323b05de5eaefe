package org.kextwatch.demo;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.demo.receiver.Received;

/** One event as the operator got it, and what it says. */
record ReceivedEvent(Received event, Map<?, ?> body) {
  private static final JsonAdapter<Object> JSON = new Moshi.Builder().build().adapter(Object.class);
  private static final String PREFIX = "org.kextwatch.";

  static ReceivedEvent of(Received event) {
    try {
      Object body = JSON.fromJson(event.body());
      return new ReceivedEvent(event, body instanceof Map<?, ?> map ? map : Map.of());
    } catch (IOException e) {
      return new ReceivedEvent(event, Map.of());
    }
  }

  /** Its type, without what all types begin with. */
  String type() {
    String type = event.type() == null ? "" : event.type();
    return type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
  }

  /** Whether it has a place in the stream: heartbeats have none. */
  boolean isNumbered() {
    return event.sequence() != null;
  }

  /** A value of the body, {@code null} if it has none there. */
  @Nullable Object value(String... path) {
    Object at = body;
    for (String name : path) {
      at = at instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return at;
  }

  /** What its status says is to be done, empty if nothing is. */
  String advice() {
    return value("data", "status", "advice") instanceof String advice ? advice : "";
  }

  /** As a line for people: its number and type, and what is new. */
  String line() {
    String number = event.sequence() == null ? "" : "#" + event.sequence() + " ";
    return number + type() + ": " + news();
  }

  private String news() {
    Object outcome = value("data", "attempt", "outcome");
    Object cause = value("data", "cause");
    Object transition = value("data", "transition");
    Object news = outcome != null ? outcome : cause;
    if (news == null) {
      String what = stateChange();
      news = (transition == null ? "" : transition + ", ") + (what.isEmpty() ? verdict() : what);
    }
    return news.toString().replace('_', ' ');
  }

  private String verdict() {
    Object reason = value("data", "status", "reason");
    return value("data", "status", "verdict") + ("none".equals(reason) ? "" : ", " + reason);
  }

  /** How the extension has moved on, unless the verdict is the greater news. */
  private String stateChange() {
    if ("changed".equals(value("data", "transition"))
        && value("data", "changes") instanceof List<?> changes) {
      for (Object change : changes) {
        if (change instanceof Map<?, ?> map && "extension.state".equals(map.get("field"))) {
          return map.get("from") + " → " + map.get("to");
        }
      }
    }
    return "";
  }
}
