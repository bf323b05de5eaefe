package org.kextwatch.agent.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    Map<String, Object> all = new HashMap<>(base.values().byName());
    all.putAll(values);
    return Settings.of(all);
  }

  /** The defaults with the webhook and the intervals of other settings. */
  public static Settings with(Settings.Webhook webhook, Settings.Intervals intervals) {
    Map<String, Object> all = new HashMap<>(webhook.values().byName());
    all.putAll(intervals.values().byName());
    return with(all);
  }
}
