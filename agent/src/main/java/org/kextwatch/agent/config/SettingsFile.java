package org.kextwatch.agent.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.config.SettingsText.BadText;

/**
 * One file of settings, as it was found. A wrong value refuses its unit; a file that is not to be
 * believed, or not to be understood, is refused as a whole.
 *
 * @param file its real path
 * @param raw the values that were understood, as they came, by the name of their key
 * @param values the same as the settings have them
 * @param refused the units of which a value is wrong
 * @param warnings what is odd about it
 * @param problems what is refused, and why: each names the file, the key and what is right
 */
public record SettingsFile(
    Origin origin,
    String file,
    Presence presence,
    Map<String, Object> raw,
    Map<String, Object> values,
    Set<String> refused,
    List<String> warnings,
    List<String> problems) {

  /** Whether there is such a file, and whether it is refused as a whole. */
  public enum Presence {
    MISSING,
    REFUSED,
    READ
  }

  public SettingsFile {
    raw = Map.copyOf(raw);
    values = Map.copyOf(values);
    refused = Set.copyOf(refused);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  static SettingsFile missing(Origin origin, String file) {
    return without(origin, file, Presence.MISSING, List.of());
  }

  static SettingsFile refused(Origin origin, String file, String problem) {
    return without(origin, file, Presence.REFUSED, List.of(problem));
  }

  private static SettingsFile without(
      Origin origin, String file, Presence presence, List<String> problems) {
    return new SettingsFile(
        origin, file, presence, Map.of(), Map.of(), Set.of(), List.of(), problems);
  }

  /** Understands a JSON object, or a property list, XML or binary. */
  static SettingsFile understand(Origin origin, String file, byte[] bytes, Bounds bounds) {
    try {
      SettingsText text = SettingsText.of(file, bytes, origin == Origin.MANAGED);
      return of(origin, file, new Findings(file, bounds, text.lines()).of(text.top()));
    } catch (BadText e) {
      return refused(origin, file, e.problem());
    }
  }

  static SettingsFile of(Origin origin, String file, Findings found) {
    return new SettingsFile(
        origin,
        file,
        Presence.READ,
        found.raw,
        found.values,
        found.refused,
        found.warnings,
        found.problems);
  }

  /** Whether there is such a file, refused or not. */
  public boolean isThere() {
    return presence != Presence.MISSING;
  }

  /**
   * What is to be remembered of it: of a refused unit what was last good, of a file that is refused
   * as a whole everything that was. {@code null} if there is nothing.
   */
  @Nullable SettingsFile lastGood(@Nullable SettingsFile before) {
    return switch (presence) {
      case MISSING -> null;
      case REFUSED -> before;
      case READ -> before == null ? withoutWords(raw, values, refused) : over(before);
    };
  }

  private SettingsFile over(SettingsFile before) {
    Map<String, Object> goodRaw = new HashMap<>(raw);
    Map<String, Object> good = new HashMap<>(values);
    Set<String> never = new TreeSet<>(refused);
    for (Key<?> key : Keys.all()) {
      Object last = before.values.get(key.name());
      if (last != null && refused.contains(key.unit())) {
        goodRaw.put(key.name(), before.raw.getOrDefault(key.name(), last));
        good.put(key.name(), last);
        never.remove(key.unit());
      }
    }
    return withoutWords(goodRaw, good, never);
  }

  private SettingsFile withoutWords(
      Map<String, Object> someRaw, Map<String, Object> someValues, Set<String> never) {
    return new SettingsFile(
        origin, file, Presence.READ, someRaw, someValues, never, List.of(), List.of());
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "SettingsSource[%s, %s, %s, %s, %s]"
        .formatted(origin, file, presence, values.keySet(), problems);
  }
}
