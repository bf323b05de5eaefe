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
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What became of the operator's files.
 *
 * @param settings complete; what is refused has its last good value, or its safe one
 * @param values what the files say, by the name of the key
 * @param origins where the value of each key comes from
 * @param standings what became of each key that the file it comes from speaks of
 * @param overridden keys whose local value gave way to a managed one, a group such as labels as a
 *     whole
 * @param isConfigured whether there are settings at all, refused or not; without any nobody has
 *     said that this Mac may be acted on
 * @param warnings what was ignored, and what counts instead of what is refused
 * @param problems what is refused: each names the file, the value and the remedy; empty if nothing
 *     is
 */
public record ResolvedSettings(
    Settings settings,
    Map<String, Object> values,
    Map<String, Origin> origins,
    Map<String, ValueState> standings,
    List<String> overridden,
    boolean isConfigured,
    List<String> warnings,
    List<String> problems) {

  public ResolvedSettings {
    values = Map.copyOf(values);
    origins = Map.copyOf(origins);
    standings = Map.copyOf(standings);
    overridden = List.copyOf(overridden);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  /**
   * Puts the managed preferences over the local file, key by key: a refused managed key beats the
   * local one too. The endpoint and the file that holds it are one setting in two forms, so that a
   * managed one beats both. Where a file is refused as a whole and nothing good is known of it, the
   * safe values beat everything.
   */
  static ResolvedSettings of(ResolvedFile managed, ResolvedFile local) {
    Map<String, Object> values = new HashMap<>(local.values());
    Map<String, ValueState> standings = new HashMap<>(local.standings());
    Map<String, Origin> origins = new TreeMap<>();
    Keys.all().forEach(key -> origins.put(key.name(), Origin.DEFAULT));
    local.standings().keySet().forEach(name -> origins.put(name, Origin.LOCAL));
    TreeSet<String> overridden = new TreeSet<>();
    boolean sendsElsewhere = managed.standings().keySet().stream().anyMatch(Keys::isOfEndpoint);
    for (Key<?> key : Keys.all()) {
      String name = key.name();
      ValueState standing = managed.standings().get(name);
      if (standing == null && !(sendsElsewhere && Keys.isOfEndpoint(name))) {
        continue;
      }
      if (values.remove(name) != null) {
        overridden.add(standing == null ? rival(name) : name);
      }
      standings.remove(name);
      origins.put(name, Origin.DEFAULT);
      if (standing != null) {
        standings.put(name, standing);
        origins.put(name, Origin.MANAGED);
        Object value = managed.values().get(name);
        if (value != null) {
          values.put(name, value);
        }
      }
    }
    if (local.isBlind()) {
      values.putAll(local.values());
      standings.putAll(local.standings());
      local.standings().keySet().forEach(name -> origins.put(name, Origin.LOCAL));
    }
    return new ResolvedSettings(
        Keys.settings(values),
        values,
        origins,
        standings,
        List.copyOf(overridden),
        isSaid(managed) || isSaid(local),
        warnings(managed, local),
        Stream.of(managed, local).flatMap(file -> file.source().problems().stream()).toList());
  }

  /** A file that is gone still speaks while it is believed. */
  private static boolean isSaid(ResolvedFile file) {
    return file.source().isThere() || !file.consequences().isEmpty();
  }

  private static List<String> warnings(ResolvedFile managed, ResolvedFile local) {
    List<String> warnings = new ArrayList<>();
    if (!isSaid(managed) && !isSaid(local)) {
      warnings.add(
          ("There are no settings, neither %s nor %s, so it only watches: deploy a profile, or"
                  + " write {} to config.json.")
              .formatted(local.source().file(), managed.source().file()));
    }
    for (ResolvedFile file : List.of(managed, local)) {
      warnings.addAll(file.consequences());
      warnings.addAll(file.source().warnings());
    }
    return warnings;
  }

  private static String rival(String name) {
    return name.equals("endpoint") ? "endpointFile" : "endpoint";
  }

  /** Whether a value, or a file, is there that must not be followed. */
  public boolean isRefused() {
    return !problems.isEmpty();
  }

  /** The names of the keys that have another value, or come from elsewhere. */
  public List<String> changesSince(ResolvedSettings before) {
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
              standings.getOrDefault(name, ValueState.GOOD),
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
   * @param standing what became of it in the file that it comes from
   * @param overridesLocal whether the local file says something else that does not count
   */
  public record Shown(
      String name,
      @Nullable Object value,
      Origin origin,
      ValueState standing,
      boolean overridesLocal) {}
}
