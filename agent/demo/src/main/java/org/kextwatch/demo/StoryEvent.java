package org.kextwatch.demo;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.demo.receiver.Delivery;

/** A delivery as the timeline shows it: its short type, its advice, and one line about it. */
record StoryEvent(Delivery delivery) {

  /** Its type without {@code org.kextwatch.}, empty if the body is no event. */
  String type() {
    String type = delivery.type();
    return type == null ? "" : type.replaceFirst("^org\\.kextwatch\\.", "");
  }

  @Nullable Object data(String... path) {
    return delivery.data(path);
  }

  /** The advice in its status, empty if there is none. */
  String advice() {
    return data("status", "advice") instanceof String advice ? advice : "";
  }

  /** One line for people: number, type, and what changed. */
  String line() {
    Long sequence = delivery.sequence();
    return (sequence == null ? "" : "#" + sequence + " ") + type() + ": " + change();
  }

  private String change() {
    Object outcome = data("attempt", "outcome");
    Object cause = data("cause");
    Object transition = data("transition");
    Object change = outcome != null ? outcome : cause;
    if (change == null) {
      String state = stateChange();
      change =
          (transition == null ? "" : transition + ", ") + (state.isEmpty() ? verdict() : state);
    }
    return change.toString().replace('_', ' ');
  }

  private String verdict() {
    Object reason = data("status", "reason");
    return data("status", "verdict") + ("none".equals(reason) ? "" : ", " + reason);
  }

  /** The extension's old and new state; empty if the verdict changed, which matters more. */
  private String stateChange() {
    if ("changed".equals(data("transition")) && data("changes") instanceof List<?> changes) {
      for (Object change : changes) {
        if (change instanceof Map<?, ?> map && "extension.state".equals(map.get("field"))) {
          return map.get("from") + " → " + map.get("to");
        }
      }
    }
    return "";
  }
}
