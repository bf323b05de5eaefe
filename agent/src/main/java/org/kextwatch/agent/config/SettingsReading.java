package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What became of the operator's files.
 *
 * @param settings complete; where a file is refused, what the other says over the defaults
 * @param values what the files say, by the name of the key
 * @param origins where the value of each key comes from
 * @param overridden keys whose local value gave way to a managed one, a group such as labels as a
 *     whole
 * @param warnings what was ignored
 * @param problems why a file was refused: each names the file, the value and the remedy; empty if
 *     none was
 */
public record SettingsReading(
    Settings settings,
    Map<String, Object> values,
    Map<String, Origin> origins,
    List<String> overridden,
    List<String> warnings,
    List<String> problems) {

  public SettingsReading {
    values = Map.copyOf(values);
    origins = Map.copyOf(origins);
    overridden = List.copyOf(overridden);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  /**
   * Puts the managed preferences over the local file, key by key. The endpoint and the file that
   * holds it are one setting in two forms, so that a managed one beats both.
   */
  public static SettingsReading of(SettingsSource managed, SettingsSource local) {
    Map<String, Object> values = new HashMap<>(local.values());
    List<String> overridden = new ArrayList<>();
    for (Map.Entry<String, Object> entry : managed.values().entrySet()) {
      String name = entry.getKey();
      boolean beats = values.put(name, entry.getValue()) != null;
      String rival = name.equals("endpoint") ? "endpointFile" : "endpoint";
      if (name.startsWith("endpoint") && values.remove(rival) != null) {
        beats = true;
      }
      if (beats) {
        overridden.add(name);
      }
    }
    Map<String, Origin> origins = new TreeMap<>();
    for (Key<?> key : Keys.all()) {
      boolean isSet = values.containsKey(key.name());
      boolean isManaged = managed.values().containsKey(key.name());
      origins.put(key.name(), isManaged ? Origin.MANAGED : isSet ? Origin.LOCAL : Origin.DEFAULT);
    }
    List<String> warnings = new ArrayList<>();
    if (!managed.isThere() && !local.isThere()) {
      warnings.add(
          "There are no settings: neither %s nor %s is there."
              .formatted(local.file(), managed.file()));
    }
    warnings.addAll(managed.warnings());
    warnings.addAll(local.warnings());
    List<String> problems = new ArrayList<>(managed.problems());
    problems.addAll(local.problems());
    overridden.sort(null);
    return new SettingsReading(
        Keys.settings(values), values, origins, overridden, warnings, problems);
  }

  /** Whether a file is there that must not be followed. */
  public boolean isRefused() {
    return !problems.isEmpty();
  }

  /** These settings, in force although what was read last was refused. */
  public SettingsReading inSpiteOf(SettingsReading refused) {
    return new SettingsReading(
        settings, values, origins, overridden, refused.warnings, refused.problems);
  }

  /** The names of the keys that have another value, or come from elsewhere. */
  public List<String> changesSince(SettingsReading before) {
    TreeSet<String> names = new TreeSet<>();
    for (String name : origins.keySet()) {
      if (!Objects.equals(values.get(name), before.values.get(name))
          || origins.get(name) != before.origins.get(name)) {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }

  /** Every setting as it may be shown to anybody, in the order of the manual. */
  public List<Shown> shown() {
    List<Shown> all = new ArrayList<>();
    for (Key<?> key : Keys.all()) {
      String name = key.name();
      Object value = values.getOrDefault(name, key.fallback());
      all.add(
          new Shown(
              name,
              shown(name, value),
              origins.getOrDefault(name, Origin.DEFAULT),
              overridden.contains(name)));
    }
    return all;
  }

  private static @Nullable Object shown(String name, @Nullable Object value) {
    if (value instanceof Duration duration) {
      return name.endsWith("Days")
          ? duration.toDays()
          : name.endsWith("Hours") ? duration.toHours() : duration.toSeconds();
    }
    if (value instanceof Enum<?> word) {
      return word.name().toLowerCase(Locale.ROOT);
    }
    if (name.equals("endpoint") && value instanceof String url) {
      HttpUrl parsed = HttpUrl.get(url);
      return parsed.scheme() + "://" + parsed.host();
    }
    if (name.equals("headers") && value instanceof Map<?, ?> headers) {
      Map<String, String> names = new TreeMap<>();
      headers.keySet().forEach(header -> names.put(String.valueOf(header), "***"));
      return names;
    }
    return value;
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "SettingsReading[%s, %s, %s]".formatted(origins, warnings, problems);
  }

  /**
   * One setting, for people and tools; of an address only scheme and host, of headers the names.
   *
   * @param value as the operator would write it, {@code null} if it is not set
   * @param overridesLocal whether the local file says something else that does not count
   */
  public record Shown(String name, @Nullable Object value, Origin origin, boolean overridesLocal) {}
}
