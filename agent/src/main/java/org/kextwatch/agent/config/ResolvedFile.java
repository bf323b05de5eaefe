package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The values that one file contributes: its own; where they are refused its last good ones; where
 * there are none the safe ones. Pure.
 *
 * @param values parsed, by the name of the key
 * @param states of each key that the file sets or that is refused
 * @param isUnusable whether the file is refused as a whole and no last good values are known
 * @param consequences what is in force instead of what is refused, for people
 */
record ResolvedFile(
    SettingsFile source,
    Map<String, Object> values,
    Map<String, ValueState> states,
    boolean isUnusable,
    List<String> consequences) {

  ResolvedFile {
    values = Map.copyOf(values);
    states = Map.copyOf(states);
    consequences = List.copyOf(consequences);
  }

  /**
   * Resolves a file as it is now.
   *
   * @param before its last good values, {@code null} if there are none
   */
  static ResolvedFile of(SettingsFile found, @Nullable SettingsFile before) {
    SettingsFile good = found.lastGood(before);
    if (good != null) {
      return of(found, good, consequences(found, good));
    }
    return found.isThere()
        ? unusable(found)
        : new ResolvedFile(found, Map.of(), Map.of(), false, List.of());
  }

  /** Resolves a file that is missing, but whose last good values stay in force for a while. */
  static ResolvedFile ofMissing(SettingsFile missing, SettingsFile before) {
    String consequence =
        ": it is missing. Its last values stay in force for ten minutes, because a profile can"
            + " vanish for a short time.";
    return of(missing, before, List.of(missing.file() + consequence));
  }

  /** Resolves a file that is not deployed yet, for which no last good values can exist. */
  static ResolvedFile ofDraft(SettingsFile draft) {
    ResolvedFile resolved = of(draft, null);
    return new ResolvedFile(
        draft, resolved.values, resolved.states, resolved.isUnusable, List.of());
  }

  private static ResolvedFile unusable(SettingsFile found) {
    Map<String, ValueState> states = new HashMap<>();
    Keys.safeValues().keySet().forEach(name -> states.put(name, ValueState.REFUSED));
    String consequence =
        ": it has no last good values. Until it is corrected, kextutil does not run and"
            + " deviceIdentity is minimal.";
    return new ResolvedFile(
        found, Keys.safeValues(), states, true, List.of(found.file() + consequence));
  }

  private static ResolvedFile of(SettingsFile found, SettingsFile good, List<String> first) {
    Map<String, Object> values = new HashMap<>(good.values());
    Map<String, ValueState> states = new HashMap<>();
    for (String name : values.keySet()) {
      boolean isGood = found.values().containsKey(name);
      states.put(name, isGood ? ValueState.GOOD : ValueState.LAST_GOOD);
    }
    Map<String, Object> safeValues = Keys.safeValues();
    for (Key<?> key : Keys.all()) {
      if (good.refusedGroups().contains(key.group())) {
        states.put(key.name(), ValueState.REFUSED);
        if (safeValues.containsKey(key.name())) {
          values.put(key.name(), safeValues.get(key.name()));
        }
      }
    }
    List<String> consequences = new ArrayList<>(first);
    for (String group : new TreeSet<>(good.refusedGroups())) {
      Object safe = safeValues.get(group);
      consequences.add(
          "%s: until it is corrected, %s %s."
              .formatted(
                  found.file(),
                  group,
                  safe == null
                      ? "counts as not set"
                      : "is " + safe.toString().toLowerCase(Locale.ROOT)));
    }
    return new ResolvedFile(found, values, states, false, consequences);
  }

  private static List<String> consequences(SettingsFile found, SettingsFile good) {
    if (found.presence() == SettingsFile.Presence.REFUSED) {
      return List.of(found.file() + ": its last good values stay in force.");
    }
    TreeSet<String> remembered = new TreeSet<>(found.refusedGroups());
    remembered.removeAll(good.refusedGroups());
    return remembered.isEmpty()
        ? List.of()
        : List.of(
            "%s: until it is corrected, the last good values stay in force of: %s."
                .formatted(found.file(), String.join(", ", remembered)));
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "ResolvedFile[%s, %s]".formatted(source, states);
  }
}
