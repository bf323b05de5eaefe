package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a Mac, resolved from its two files and the defaults.
 *
 * @param settings complete; what is refused has its last good or its safe value
 * @param values parsed values by the name of the key, without the defaults
 * @param origins where the value of each key comes from
 * @param states of each key that the file it comes from sets
 * @param overridden keys whose local value is replaced by a managed one
 * @param isConfigured whether there are settings at all, refused or not; without any the agent only
 *     watches
 * @param warnings what is ignored, and what is in force instead of what is refused
 * @param problems what is refused: each names the file, the value and the remedy; empty if nothing
 *     is
 */
public record ResolvedSettings(
    Settings settings,
    Map<String, Object> values,
    Map<String, Origin> origins,
    Map<String, ValueState> states,
    List<String> overridden,
    boolean isConfigured,
    List<String> warnings,
    List<String> problems) {

  public ResolvedSettings {
    values = Map.copyOf(values);
    origins = Map.copyOf(origins);
    states = Map.copyOf(states);
    overridden = List.copyOf(overridden);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  /**
   * Resolves key by key: a managed value wins over a local one, even if it is refused. A managed
   * endpoint or endpointFile wins over both local ones. The safe values of a file that is unusable
   * win over everything.
   */
  static ResolvedSettings of(ResolvedFile managed, ResolvedFile local) {
    Map<String, Object> values = new HashMap<>(local.values());
    Map<String, ValueState> states = new HashMap<>(local.states());
    Map<String, Origin> origins = new TreeMap<>();
    Keys.all().forEach(key -> origins.put(key.name(), Origin.DEFAULT));
    local.states().keySet().forEach(name -> origins.put(name, Origin.LOCAL));
    TreeSet<String> overridden = new TreeSet<>();
    for (Key<?> key : Keys.all()) {
      String name = key.name();
      String winner = winner(key, managed);
      if (winner == null) {
        continue;
      }
      if (values.remove(name) != null) {
        overridden.add(winner);
      }
      states.remove(name);
      origins.put(name, Origin.DEFAULT);
      ValueState state = managed.states().get(name);
      if (state != null) {
        states.put(name, state);
        origins.put(name, Origin.MANAGED);
        Object value = managed.values().get(name);
        if (value != null) {
          values.put(name, value);
        }
      }
    }
    if (local.isUnusable()) {
      values.putAll(local.values());
      states.putAll(local.states());
      local.states().keySet().forEach(name -> origins.put(name, Origin.LOCAL));
    }
    return new ResolvedSettings(
        Settings.of(values),
        values,
        origins,
        states,
        List.copyOf(overridden),
        isInForce(managed) || isInForce(local),
        warnings(managed, local),
        Stream.of(managed, local).flatMap(file -> file.source().problems().stream()).toList());
  }

  /** The managed key that wins over the local value of a key, {@code null} if there is none. */
  private static @Nullable String winner(Key<?> key, ResolvedFile managed) {
    Set<String> names = managed.states().keySet();
    if (names.contains(key.name())) {
      return key.name();
    }
    boolean isEndpoint = key.group().equals(Keys.ENDPOINT.group());
    return Stream.of(Keys.ENDPOINT, Keys.ENDPOINT_FILE)
        .map(Key::name)
        .filter(name -> isEndpoint && names.contains(name))
        .findFirst()
        .orElse(null);
  }

  /** A missing file is still in force during the grace period. */
  private static boolean isInForce(ResolvedFile file) {
    return file.source().isThere() || !file.consequences().isEmpty();
  }

  private static List<String> warnings(ResolvedFile managed, ResolvedFile local) {
    List<String> warnings = new ArrayList<>();
    if (!isInForce(managed) && !isInForce(local)) {
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

  /** Whether a value or a file is refused. */
  public boolean isRefused() {
    return !problems.isEmpty();
  }

  /** The names of the keys that have another value or another origin than before. */
  public List<String> changesSince(ResolvedSettings before) {
    return origins.keySet().stream()
        .filter(
            name ->
                !Objects.equals(values.get(name), before.values.get(name))
                    || origins.get(name) != before.origins.get(name))
        .sorted()
        .toList();
  }

  /** Every setting without its secrets, in the order of the list of keys. */
  public List<Shown> shown() {
    return Keys.all().stream().map(this::shown).toList();
  }

  private Shown shown(Key<?> key) {
    String name = key.name();
    return new Shown(
        name,
        key.shown(values.getOrDefault(name, key.defaultValue())),
        key.shown(key.defaultValue()),
        key.type().allowed(),
        key.description(),
        origins.getOrDefault(name, Origin.DEFAULT),
        states.getOrDefault(name, ValueState.GOOD),
        overridden.contains(name));
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "ResolvedSettings[%s, %s, %s]".formatted(origins, warnings, problems);
  }

  /**
   * One setting for people and tools: of an address only scheme and host, of headers the names.
   *
   * @param value as the operator would write it, {@code null} if it is not set
   * @param defaultValue the same of its default
   * @param allowed the values that a real Mac accepts
   * @param overridesLocal whether it replaces a value of the local file
   */
  public record Shown(
      String name,
      @Nullable Object value,
      @Nullable Object defaultValue,
      String allowed,
      String description,
      Origin origin,
      ValueState state,
      boolean overridesLocal) {}
}
