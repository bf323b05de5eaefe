package org.kextwatch.demo;

import java.util.List;
import java.util.Objects;

/**
 * An event that must arrive in an act.
 *
 * @param type without {@code org.kextwatch.}
 * @param values what its data must contain
 */
record ExpectedEvent(String type, List<Value> values) {
  static ExpectedEvent event(String type, Value... values) {
    return new ExpectedEvent(type, List.of(values));
  }

  /** A value that must be in the data, at a path such as {@code status.reason}. */
  static Value value(String path, String value) {
    return new Value(List.of(path.split("\\.", -1)), value);
  }

  boolean matches(StoryEvent event) {
    return event.type().equals(type) && values.stream().allMatch(value -> value.isIn(event));
  }

  @Override
  public String toString() {
    return type + values.stream().map(Value::value).toList();
  }

  record Value(List<String> path, String value) {
    boolean isIn(StoryEvent event) {
      return Objects.equals(event.data(path.toArray(String[]::new)), value);
    }
  }
}
