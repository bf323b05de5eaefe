package org.kextwatch.agent.demo;

import java.util.List;
import java.util.Objects;

/**
 * One event that the story must bring.
 *
 * @param type without what all types begin with
 * @param values path by path what its data must say
 */
record Expected(String type, List<Value> values) {
  /** The whole story: these events, in this order, and no others. */
  static final List<Expected> STORY =
      List.of(
          event("agent.started", says("awaiting_approval", "status", "reason")),
          event(
              "status.changed",
              says("new", "transition"),
              says("never_requested", "status", "extension", "state")),
          event(
              "extension.load_attempted",
              says("prompt_renewal", "trigger"),
              says("policy_blocked", "attempt", "outcome")),
          event(
              "status.changed",
              says("changed", "transition"),
              says("awaiting_approval", "status", "extension", "state")),
          event(
              "status.changed",
              says("changed", "transition"),
              says("user", "status", "extension", "grant"),
              says("approved_inactive", "status", "extension", "state")),
          event(
              "extension.load_attempted",
              says("approved", "trigger"),
              says("loaded", "attempt", "outcome")),
          event(
              "status.changed",
              says("resolved", "transition"),
              says("protected", "status", "verdict"),
              says("active", "status", "extension", "state")),
          event("agent.stopping", says("signal", "cause")));

  boolean isMetBy(Told told) {
    return told.type().equals(type)
        && values.stream()
            .allMatch(value -> Objects.equals(told.value(value.path()), value.word()));
  }

  @Override
  public String toString() {
    return type + values.stream().map(Value::word).toList();
  }

  private static Expected event(String type, Value... values) {
    return new Expected(type, List.of(values));
  }

  private static Value says(String word, String... pathInData) {
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
