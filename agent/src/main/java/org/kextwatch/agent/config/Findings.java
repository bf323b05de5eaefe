package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.BadValueException;
import org.kextwatch.agent.config.Key.Bounds;

/** What has been found so far in one file of settings, key by key. */
final class Findings {
  private static final Set<String> GROUPS = Set.of("extension", "spool");
  private static final int MOST_UNKNOWN = 8;

  /** What an MDM or macOS adds to the keys of a profile's payload (osquery, managed_policies). */
  private static final Pattern OF_THE_MDM =
      Pattern.compile("_manualProfile|Payload(?!Content)[A-Z][A-Za-z]*");

  private final String file;
  private final Bounds bounds;
  private final Map<String, Integer> lines;

  final Map<String, Object> raw = new HashMap<>();
  final Map<String, Object> values = new HashMap<>();
  final Set<String> refused = new TreeSet<>();
  final List<String> warnings = new ArrayList<>();
  final List<String> problems = new ArrayList<>();

  Findings(String file, Bounds bounds, Map<String, Integer> lines) {
    this.file = file;
    this.bounds = bounds;
    this.lines = lines;
  }

  /** Understands every key; a wrong value refuses its unit, and nothing else. */
  Findings of(Map<?, ?> top) {
    Map<String, Object> flat = new TreeMap<>();
    flatten("", top, flat);
    return ofFlat(flat);
  }

  /** The same of keys that name their group. */
  Findings ofFlat(Map<?, ?> flat) {
    Map<String, Object> left = new TreeMap<>();
    flat.forEach((name, value) -> left.put(String.valueOf(name), value));
    for (Key<?> key : Keys.all()) {
      Object value = left.remove(key.name());
      if (value != null && !isEmptyText(value)) {
        understand(key, value);
      }
    }
    if (values.containsKey("endpoint") && values.containsKey("endpointFile")) {
      problems.add(file + ": give endpoint or endpointFile, not both.");
      refused.add("endpoint");
    }
    for (Key<?> key : Keys.all()) {
      if (refused.contains(key.unit())) {
        raw.remove(key.name());
        values.remove(key.name());
      }
    }
    left.keySet().removeIf(name -> OF_THE_MDM.matcher(name).matches());
    left.keySet().stream().limit(MOST_UNKNOWN).forEach(this::unknown);
    if (left.size() > MOST_UNKNOWN) {
      warnings.add(
          "%s: %d more are no settings and are ignored."
              .formatted(file, left.size() - MOST_UNKNOWN));
    }
    return this;
  }

  /** {@code {"spool":{"maxEvents":9}}} becomes {@code spool.maxEvents}. */
  private void flatten(String prefix, Map<?, ?> map, Map<String, Object> flat) {
    map.forEach(
        (name, value) -> {
          boolean group = prefix.isEmpty() && GROUPS.contains(name);
          if (group && value instanceof Map<?, ?> members) {
            flatten(name + ".", members, flat);
          } else if (group && value != null && !isEmptyText(value)) {
            refuse(String.valueOf(name), String.valueOf(name), "a group of settings", value, false);
          } else if (value != null && !group) {
            flat.put(prefix + name, value);
          }
        });
  }

  private void understand(Key<?> key, Object value) {
    try {
      values.put(key.name(), key.type().understand(value, bounds));
      raw.put(key.name(), value);
      if (value instanceof String text && key.isNumberOrBoolean()) {
        warnings.add(
            "%s: %s is a text; it is taken as %s%s."
                .formatted(
                    file, key.name(), ValueDescription.plain(text.strip()), where(key.name())));
      }
      warnOfVariables(key.name(), value);
    } catch (BadValueException e) {
      boolean isToldAlready = value instanceof Map && key.fallback() instanceof Map;
      refuse(
          key.unit(),
          key.name(),
          String.valueOf(e.getMessage()),
          isToldAlready ? null : value,
          key.isHarmless());
    }
  }

  private void refuse(
      String unit, String name, String mustBe, @Nullable Object found, boolean isHarmless) {
    refused.add(unit);
    problems.add(
        "%s: %s must be %s%s%s."
            .formatted(
                file,
                name,
                mustBe,
                found == null ? "" : ValueDescription.insteadOf(found, isHarmless),
                where(name)));
  }

  /** A variable that an MDM has left as it is shows that the profile was not made for it. */
  private void warnOfVariables(String name, Object value) {
    if (value instanceof Map<?, ?> members) {
      members.forEach((member, text) -> warnOfVariables(name + "." + member, text));
    } else if (value instanceof String text && ValueDescription.variable(text) != null) {
      warnings.add(
          "%s: %s holds %s, which looks like a variable that the MDM has not replaced%s."
              .formatted(
                  file,
                  ValueDescription.plain(name),
                  name.startsWith("labels.") ? ValueDescription.variable(text) : "a text",
                  where(name)));
    }
  }

  private String where(String name) {
    Integer line = lines.get(name);
    return line == null ? "" : " (line " + line + ")";
  }

  private void unknown(String name) {
    warnings.add(
        "%s: %s is no setting of this version and is ignored%s."
            .formatted(file, ValueDescription.plain(name), where(name)));
  }

  private static boolean isEmptyText(Object value) {
    return value instanceof String text && text.isBlank();
  }
}
