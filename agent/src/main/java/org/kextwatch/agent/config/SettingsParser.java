package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.kextwatch.agent.config.Key.Secrecy;
import org.kextwatch.agent.config.ValueType.BadValueException;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.config.ValueType.Kind;

/** Parses the content of one settings file key by key, and collects warnings and problems. */
final class SettingsParser {
  private static final int MOST_UNKNOWN = 8;

  /** Keys that an MDM or macOS adds to the payload of a profile (osquery, managed_policies). */
  private static final Pattern OF_THE_MDM =
      Pattern.compile("_manualProfile|Payload(?!Content)[A-Z][A-Za-z]*");

  private final String file;
  private final Bounds bounds;
  private final Map<String, Integer> lines;

  final Map<String, Object> raw = new HashMap<>();
  final Map<String, Object> values = new HashMap<>();
  final Set<String> refusedGroups = new TreeSet<>();
  final List<String> warnings = new ArrayList<>();
  final List<String> problems = new ArrayList<>();

  /**
   * Prepares to parse a file.
   *
   * @param file what to call it in messages
   * @param lines the line of each key, as far as it is known
   */
  SettingsParser(String file, Bounds bounds, Map<String, Integer> lines) {
    this.file = file;
    this.bounds = bounds;
    this.lines = lines;
  }

  /** Parses every key; a wrong value refuses its group and nothing else. */
  SettingsParser parse(Map<?, ?> top) {
    Map<String, Object> flat = new TreeMap<>();
    flatten("", top, flat);
    return parseFlat(flat);
  }

  /** The same for keys such as {@code spool.maxEvents}. */
  SettingsParser parseFlat(Map<?, ?> flat) {
    Map<String, Object> left = new TreeMap<>();
    flat.forEach((name, value) -> left.put(String.valueOf(name), value));
    for (Key<?> key : Keys.all()) {
      Object value = left.remove(key.name());
      if (value != null && !isEmptyText(value)) {
        parse(key, value);
      }
    }
    if (values.containsKey(Keys.ENDPOINT.name()) && values.containsKey(Keys.ENDPOINT_FILE.name())) {
      problems.add(file + ": give endpoint or endpointFile, not both.");
      refusedGroups.add(Keys.ENDPOINT.group());
    }
    for (Key<?> key : Keys.all()) {
      if (refusedGroups.contains(key.group())) {
        raw.remove(key.name());
        values.remove(key.name());
      }
    }
    left.keySet().removeIf(name -> OF_THE_MDM.matcher(name).matches());
    left.keySet().stream().limit(MOST_UNKNOWN).forEach(this::warnOfUnknownKey);
    if (left.size() > MOST_UNKNOWN) {
      warnings.add(
          "%s: %d more unknown keys are ignored.".formatted(file, left.size() - MOST_UNKNOWN));
    }
    return this;
  }

  /** {@code {"spool":{"maxEvents":9}}} becomes {@code spool.maxEvents}. */
  private void flatten(String prefix, Map<?, ?> map, Map<String, Object> flat) {
    map.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          boolean isDictionary = prefix.isEmpty() && Keys.isDictionary(name);
          if (isDictionary && value instanceof Map<?, ?> members) {
            flatten(name + ".", members, flat);
          } else if (isDictionary && value != null && !isEmptyText(value)) {
            refuse(name, name, "a group of settings", ValueDescription.insteadOf(value, false));
          } else if (value != null && !isDictionary) {
            flat.put(prefix + name, value);
          }
        });
  }

  private void parse(Key<?> key, Object value) {
    Kind kind = key.type().kind();
    try {
      values.put(key.name(), key.type().parse(value, bounds));
      raw.put(key.name(), value);
      if (value instanceof String text && (kind == Kind.FLAG || kind == Kind.NUMBER)) {
        warnings.add(
            "%s: %s is a text; it is read as %s%s."
                .formatted(
                    file, key.name(), ValueDescription.plain(text.strip()), where(key.name())));
      }
      warnOfVariables(key, key.name(), value);
    } catch (BadValueException e) {
      boolean mayBeSecret = kind == Kind.TEXT || kind == Kind.TEXTS;
      boolean isDescribed = kind == Kind.TEXTS && value instanceof Map;
      refuse(
          key.group(),
          key.name(),
          String.valueOf(e.getMessage()),
          isDescribed ? "" : ValueDescription.insteadOf(value, !mayBeSecret));
    }
  }

  private void refuse(String group, String name, String mustBe, String insteadOf) {
    refusedGroups.add(group);
    problems.add("%s: %s must be %s%s%s.".formatted(file, name, mustBe, insteadOf, where(name)));
  }

  /** A variable that the MDM has not replaced shows that the profile does not fit the MDM. */
  private void warnOfVariables(Key<?> key, String name, Object value) {
    if (value instanceof Map<?, ?> members) {
      members.forEach((member, text) -> warnOfVariables(key, name + "." + member, text));
    } else if (value instanceof String text && ValueDescription.variable(text) != null) {
      boolean mayBeSecret = key.type().kind() != Kind.TEXTS || key.secrecy() != Secrecy.PUBLIC;
      warnings.add(
          "%s: %s contains %s, which looks like a variable that the MDM has not replaced%s."
              .formatted(
                  file,
                  ValueDescription.named(name),
                  mayBeSecret ? "a text" : ValueDescription.variable(text),
                  where(name)));
    }
  }

  private String where(String name) {
    Integer line = lines.get(name);
    return line == null ? "" : " (line " + line + ")";
  }

  private void warnOfUnknownKey(String name) {
    warnings.add(
        "%s: %s is not a setting of this version and is ignored%s."
            .formatted(file, ValueDescription.named(name), where(name)));
  }

  private static boolean isEmptyText(Object value) {
    return value instanceof String text && text.isBlank();
  }
}
