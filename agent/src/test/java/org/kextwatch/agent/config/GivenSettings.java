package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Settings for a test. */
public final class GivenSettings {
  private GivenSettings() {}

  /** The defaults, except for these values (parsed, by the name of the setting). */
  public static Settings with(Map<String, ?> values) {
    return with(Settings.defaults(), values);
  }

  /** Other settings, except for these values. */
  public static Settings with(Settings base, Map<String, ?> values) {
    List<String> known = Keys.all().stream().map(Key::name).toList();
    if (!known.containsAll(values.keySet())) {
      throw new IllegalArgumentException("not all are settings: " + values.keySet());
    }
    Map<String, Object> all = new HashMap<>(base.values());
    all.putAll(values);
    return Settings.of(all);
  }

  /** How often things are done, and how long they may take. */
  static List<Duration> intervals(Settings settings) {
    return Stream.of(
            Keys.HEALTH, Keys.AT_RISK, Keys.HEARTBEAT, Keys.CONFIRM, Keys.SETTLE, Keys.TOOL_TIMEOUT)
        .map(settings::get)
        .toList();
  }
}
