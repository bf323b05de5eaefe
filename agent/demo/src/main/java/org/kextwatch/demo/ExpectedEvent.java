package org.kextwatch.demo;

import java.util.List;
import java.util.Objects;

/**
 * One event that an act must bring.
 *
 * @param type without what all types begin with
 * @param values path by path what its data must say
 */
record ExpectedEvent(String type, List<Value> values) {
  boolean isMetBy(ReceivedEvent told) {
    return told.type().equals(type)
        && values.stream()
            .allMatch(value -> Objects.equals(told.value(value.path()), value.word()));
  }

  @Override
  public String toString() {
    return type + values.stream().map(Value::word).toList();
  }

  static ExpectedEvent event(String type, Value... values) {
    return new ExpectedEvent(type, List.of(values));
  }

  static Value says(String word, String... pathInData) {
    return new Value(List.of(pathInData), word);
  }

  /** What one member of the data must be. */
  record Value(List<String> pathInData, String word) {
    String[] path() {
      String[] path = new String[pathInData.size() + 1];
      path[0] = "data";
      for (int i = 1; i < path.length; i++) {
        path[i] = pathInData.get(i - 1);
      }
      return path;
    }
  }
}
