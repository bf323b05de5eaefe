package org.kextwatch.agent.doctor;

import org.kextwatch.agent.config.ResolvedSettings.Shown;
import org.kextwatch.agent.config.ValueState;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.EnumWord;

/** Settings with their origins, for people. */
public final class SettingsTable {
  private SettingsTable() {}

  /** One line: name, value, origin. */
  public static String row(Shown setting) {
    String value =
        setting.value() == null
            ? "-"
            : setting.value() instanceof String text ? text : Json.text(setting.value());
    return "%-28s %-45s %s%s"
        .formatted(
            setting.name(),
            value,
            origin(setting),
            setting.overridesLocal() ? " (instead of the local one)" : "");
  }

  private static String origin(Shown setting) {
    String origin = EnumWord.of(setting.origin());
    return setting.state() == ValueState.GOOD
        ? origin
        : "%s (%s)".formatted(origin, EnumWord.spoken(setting.state()));
  }
}
