package org.kextwatch.agent.config;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Section;

/** Parsed values by the name of their key. A setting without a value has its default. */
record Values(Map<String, Object> byName) {
  Values {
    byName = Map.copyOf(byName);
  }

  /**
   * Completes values with the defaults.
   *
   * @param set parsed values by name
   */
  static Values complete(Map<String, Object> set) {
    Map<String, Object> all = new TreeMap<>();
    for (Key<?> key : Keys.all()) {
      Object value = set.getOrDefault(key.name(), key.defaultValue());
      if (value != null) {
        all.put(key.name(), value);
      }
    }
    return new Values(all);
  }

  /** Those of one section. */
  Values in(Section section) {
    Map<String, Object> some = new TreeMap<>(byName);
    for (Key<?> key : Keys.all()) {
      if (key.section() != section) {
        some.remove(key.name());
      }
    }
    return new Values(some);
  }

  /** The value of a setting that has a default. */
  <T> T get(Key<T> key) {
    return Objects.requireNonNull(find(key), key.name());
  }

  /** The value of a setting, {@code null} if it is not set. */
  <T> @Nullable T find(Key<T> key) {
    Object value = byName.get(key.name());
    return value == null ? null : key.cast(value);
  }

  /** Without the values: some can be secrets. */
  @Override
  public String toString() {
    return byName.keySet().toString();
  }
}
