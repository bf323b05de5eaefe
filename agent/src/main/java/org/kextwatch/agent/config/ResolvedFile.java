package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one file says in the end: where it is refused, its last good values, or else safe ones.
 * Pure.
 *
 * @param values by the name of the key
 * @param standings of each key that it speaks of, with a value or without
 * @param isBlind whether the file is refused as a whole and nothing good is known of it
 * @param consequences what counts instead of what is refused, for people
 */
record ResolvedFile(
    SettingsFile source,
    Map<String, Object> values,
    Map<String, ValueState> standings,
    boolean isBlind,
    List<String> consequences) {

  ResolvedFile {
    values = Map.copyOf(values);
    standings = Map.copyOf(standings);
    consequences = List.copyOf(consequences);
  }

  /**
   * A file as it is now.
   *
   * @param before what was last good of it, {@code null} if it was never understood
   */
  static ResolvedFile of(SettingsFile found, @Nullable SettingsFile before) {
    SettingsFile heard = found.lastGood(before);
    if (heard != null) {
      return of(found, heard, consequences(found, heard));
    }
    return found.isThere()
        ? blind(found)
        : new ResolvedFile(found, Map.of(), Map.of(), false, List.of());
  }

  /** A file that is gone, but is to be followed for a while as it was. */
  static ResolvedFile ofMissed(SettingsFile missing, SettingsFile before) {
    String gone =
        ": it is gone; what it said is believed for ten minutes, because profiles come and go.";
    return of(missing, before, List.of(missing.file() + gone));
  }

  /** A file by itself: there is nothing yet that could count instead of what is refused. */
  static ResolvedFile ofDraft(SettingsFile draft) {
    ResolvedFile voice = of(draft, null);
    return new ResolvedFile(draft, voice.values, voice.standings, voice.isBlind, List.of());
  }

  private static ResolvedFile blind(SettingsFile found) {
    Map<String, ValueState> standings = new HashMap<>();
    Keys.SAFE.keySet().forEach(name -> standings.put(name, ValueState.REFUSED));
    String consequence =
        ": nothing good is known of it, so until it is put right no kextutil runs, and"
            + " deviceIdentity is minimal.";
    return new ResolvedFile(found, Keys.SAFE, standings, true, List.of(found.file() + consequence));
  }

  private static ResolvedFile of(
      SettingsFile found, SettingsFile heard, List<String> consequences) {
    Map<String, Object> values = new HashMap<>(heard.values());
    Map<String, ValueState> standings = new HashMap<>();
    for (String name : values.keySet()) {
      boolean isGood = found.values().containsKey(name);
      standings.put(name, isGood ? ValueState.GOOD : ValueState.LAST_GOOD);
    }
    List<String> said = new ArrayList<>(consequences);
    for (Key<?> key : Keys.all()) {
      if (heard.refused().contains(key.unit())) {
        standings.put(key.name(), ValueState.REFUSED);
        Object safe = Keys.SAFE.get(key.name());
        if (safe != null) {
          values.put(key.name(), safe);
        }
      }
    }
    for (String unit : new TreeSet<>(heard.refused())) {
      Object safe = Keys.SAFE.get(unit);
      said.add(
          "%s: until it is put right, %s %s."
              .formatted(
                  found.file(),
                  unit,
                  safe == null
                      ? "counts as not set"
                      : "is " + safe.toString().toLowerCase(Locale.ROOT)));
    }
    return new ResolvedFile(found, values, standings, false, said);
  }

  private static List<String> consequences(SettingsFile found, SettingsFile heard) {
    if (found.presence() == SettingsFile.Presence.REFUSED) {
      return List.of(found.file() + ": what it said when it was last good still counts.");
    }
    TreeSet<String> remembered = new TreeSet<>(found.refused());
    remembered.removeAll(heard.refused());
    return remembered.isEmpty()
        ? List.of()
        : List.of(
            "%s: until it is put right, the last good value still counts of: %s."
                .formatted(found.file(), String.join(", ", remembered)));
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "Voice[%s, %s]".formatted(source, standings);
  }
}
