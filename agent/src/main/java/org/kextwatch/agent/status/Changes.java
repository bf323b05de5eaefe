package org.kextwatch.agent.status;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The key values of a status: a change of any is told, a change of nothing else is. */
public final class Changes {
  private static final Map<String, Function<Status, @Nullable Object>> KEYS = new LinkedHashMap<>();

  static {
    KEYS.put("verdict", Status::verdict);
    KEYS.put("reason", Status::reason);
    KEYS.put("extension.kind", s -> s.extension().kind());
    KEYS.put("extension.state", s -> s.extension().state());
    KEYS.put("extension.grant", s -> s.extension().grant());
    KEYS.put("extension.loaded", s -> s.extension().loaded());
    KEYS.put("extension.version", s -> s.extension().version());
    KEYS.put("extension.lastAttempt.outcome", Changes::lastOutcome);
    KEYS.put("health.reachability", s -> s.health().reachability());
    KEYS.put("health.licensed", s -> s.health().licensed());
    KEYS.put("health.realTimeProtectionEnabled", s -> s.health().realTimeProtectionEnabled());
    KEYS.put("health.realTimeProtectionAvailable", s -> s.health().realTimeProtectionAvailable());
    KEYS.put("health.issues", s -> s.health().issues());
    KEYS.put("health.appVersion", s -> s.health().appVersion());
  }

  private Changes() {}

  /**
   * What is different now.
   *
   * @param told the status told last, {@code null} for none: then every known value is a change
   */
  public static List<Change> between(@Nullable Status told, Status now) {
    List<Change> changes = new ArrayList<>();
    KEYS.forEach(
        (field, value) ->
            add(changes, field, told == null ? null : value.apply(told), value.apply(now)));
    Map<String, String> before = told == null ? Map.of() : systemExtensions(told);
    Map<String, String> after = systemExtensions(now);
    TreeSet<String> rows = new TreeSet<>(before.keySet());
    rows.addAll(after.keySet());
    for (String row : rows) {
      add(changes, "extension.systemExtensions." + row, before.get(row), after.get(row));
    }
    return changes;
  }

  private static void add(
      List<Change> changes, String field, @Nullable Object from, @Nullable Object to) {
    if (!Objects.equals(from, to)) {
      changes.add(new Change(field, word(from), word(to)));
    }
  }

  /** As the status document spells it. */
  private static @Nullable Object word(@Nullable Object value) {
    return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
  }

  private static @Nullable Object lastOutcome(Status status) {
    Attempt last = status.extension().lastAttempt();
    return last == null ? null : last.outcome();
  }

  /** State by bundle and version: one bundle may be listed in two versions at once. */
  private static Map<String, String> systemExtensions(Status status) {
    Map<String, String> states = new LinkedHashMap<>();
    for (SystemExtension row : status.extension().systemExtensions()) {
      states.put(row.bundleId() + "@" + row.version(), row.state());
    }
    return states;
  }
}
