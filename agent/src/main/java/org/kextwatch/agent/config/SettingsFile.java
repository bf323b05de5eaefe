package org.kextwatch.agent.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.SettingsText.BadTextException;
import org.kextwatch.agent.config.ValueType.Bounds;

/**
 * The content of one settings file. A wrong value refuses its group; a file that is unsafe or
 * cannot be parsed is refused as a whole.
 *
 * @param file its real path
 * @param raw the accepted values as they came, by the name of their key
 * @param values the same values parsed
 * @param refusedGroups the groups in which a value is wrong
 * @param warnings what is unusual about it
 * @param problems what is refused and why: each names the file, the key and what is allowed
 */
public record SettingsFile(
    Origin origin,
    String file,
    Presence presence,
    Map<String, Object> raw,
    Map<String, Object> values,
    Set<String> refusedGroups,
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
    refusedGroups = Set.copyOf(refusedGroups);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  static SettingsFile missing(Origin origin, String file) {
    return empty(origin, file, Presence.MISSING, List.of());
  }

  static SettingsFile refused(Origin origin, String file, String problem) {
    return empty(origin, file, Presence.REFUSED, List.of(problem));
  }

  private static SettingsFile empty(
      Origin origin, String file, Presence presence, List<String> problems) {
    return new SettingsFile(
        origin, file, presence, Map.of(), Map.of(), Set.of(), List.of(), problems);
  }

  /** Parses a JSON object, or an XML or binary property list. */
  static SettingsFile parse(Origin origin, String file, byte[] bytes, Bounds bounds) {
    try {
      SettingsText text = SettingsText.of(file, bytes, origin == Origin.MANAGED);
      return of(origin, file, new SettingsParser(file, bounds, text.lines()).parse(text.top()));
    } catch (BadTextException e) {
      return refused(origin, file, e.problem());
    }
  }

  static SettingsFile of(Origin origin, String file, SettingsParser parsed) {
    return new SettingsFile(
        origin,
        file,
        Presence.READ,
        parsed.raw,
        parsed.values,
        parsed.refusedGroups,
        parsed.warnings,
        parsed.problems);
  }

  /** Whether there is such a file, refused or not. */
  public boolean isThere() {
    return presence != Presence.MISSING;
  }

  /**
   * The values to remember: this file's good ones, and the last good ones of what is refused.
   *
   * @param before what was remembered so far
   * @return {@code null} if there is nothing to remember
   */
  @Nullable SettingsFile lastGood(@Nullable SettingsFile before) {
    return switch (presence) {
      case MISSING -> null;
      case REFUSED -> before;
      case READ -> before == null ? remembered(raw, values, refusedGroups) : over(before);
    };
  }

  private SettingsFile over(SettingsFile before) {
    Map<String, Object> goodRaw = new HashMap<>(raw);
    Map<String, Object> good = new HashMap<>(values);
    Set<String> neverGood = new TreeSet<>(refusedGroups);
    for (Key<?> key : Keys.all()) {
      Object last = before.values.get(key.name());
      if (last != null && refusedGroups.contains(key.group())) {
        goodRaw.put(key.name(), before.raw.getOrDefault(key.name(), last));
        good.put(key.name(), last);
        neverGood.remove(key.group());
      }
    }
    return remembered(goodRaw, good, neverGood);
  }

  private SettingsFile remembered(
      Map<String, Object> goodRaw, Map<String, Object> good, Set<String> neverGood) {
    return new SettingsFile(
        origin, file, Presence.READ, goodRaw, good, neverGood, List.of(), List.of());
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "SettingsFile[%s, %s, %s, %s, %s]"
        .formatted(origin, file, presence, values.keySet(), problems);
  }
}
