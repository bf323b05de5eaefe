package org.kextwatch.agent.doctor;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.kextwatch.agent.config.ResolvedSettings.Shown;
import org.kextwatch.agent.config.ValueState;
import org.kextwatch.agent.event.Json;

/** Settings with their origins, for people. */
public final class SettingsTable {
  private SettingsTable() {}

  /** One line: name, value, origin. */
  public static String row(Shown setting) {
    String value =
        setting.value() == null
            ? "-"
            : setting.value() instanceof String text
                ? text
                : new String(Json.write(setting.value()), StandardCharsets.UTF_8);
    return "%-28s %-45s %s%s"
        .formatted(
            setting.name(),
            value,
            origin(setting),
            setting.overridesLocal() ? " (instead of the local one)" : "");
  }

  private static String origin(Shown setting) {
    String origin = word(setting.origin());
    return setting.state() == ValueState.GOOD
        ? origin
        : "%s (%s)".formatted(origin, word(setting.state()).replace('_', ' '));
  }

  private static String word(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }
}
