package org.kextwatch.agent.config;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import okio.Buffer;
import org.kextwatch.agent.config.Key.BadValue;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.mac.Plist;

/**
 * One file of settings, as it was found. It is taken as a whole or refused as a whole.
 *
 * @param file its real path
 * @param isThere whether there is one, refused or not
 * @param values understood values by the name of their key; empty if it is refused
 * @param warnings what was ignored
 * @param problems why it is refused: each names the file, the key and what is right
 */
public record SettingsSource(
    Origin origin,
    String file,
    boolean isThere,
    Map<String, Object> values,
    List<String> warnings,
    List<String> problems) {

  private static final Set<String> GROUPS = Set.of("extension", "spool");
  private static final int LONGEST_NAME = 64;
  private static final int MOST_UNKNOWN = 8;

  /** What an MDM or macOS adds to the keys of a profile's payload (osquery, managed_policies). */
  private static final Pattern OF_THE_MDM =
      Pattern.compile("_manualProfile|Payload(?!Content)[A-Z][A-Za-z]*");

  public SettingsSource {
    values = Map.copyOf(values);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  static SettingsSource missing(Origin origin, String file) {
    return new SettingsSource(origin, file, false, Map.of(), List.of(), List.of());
  }

  static SettingsSource refused(Origin origin, String file, String problem) {
    return new SettingsSource(origin, file, true, Map.of(), List.of(), List.of(problem));
  }

  /** A file that is gone, but is to be followed for a while as it was. */
  public SettingsSource stillBelieved() {
    String warning =
        file + ": it is gone; what it said is believed for ten minutes, for profiles come and go.";
    return new SettingsSource(origin, file, true, values, List.of(warning), List.of());
  }

  /** Understands a JSON object, or a property list, XML or binary. */
  static SettingsSource understand(Origin origin, String file, byte[] bytes, Bounds bounds) {
    Map<?, ?> top;
    try {
      boolean isPropertyList = origin == Origin.MANAGED || startsLikePropertyList(bytes);
      top = isPropertyList ? Plist.parse(bytes, file).values() : json(file, bytes);
    } catch (BadValue e) {
      return refused(origin, file, String.valueOf(e.getMessage()));
    } catch (IOException e) { // the parser's own words may quote a secret
      return refused(
          origin, file, file + ": it is no valid property list; see: plutil -lint '" + file + "'");
    }
    Findings findings = new Findings(file, bounds);
    findings.understand(top);
    boolean good = findings.problems.isEmpty();
    return new SettingsSource(
        origin,
        file,
        true,
        good ? findings.values : Map.of(),
        findings.warnings,
        findings.problems);
  }

  /** XML and the binary form begin so; JSON does not. */
  private static boolean startsLikePropertyList(byte[] bytes) {
    return bytes.length > 0 && (bytes[0] == '<' || bytes[0] == 'b');
  }

  private static Map<?, ?> json(String file, byte[] bytes) throws BadValue {
    try (JsonReader reader = JsonReader.of(new Buffer().write(bytes))) {
      try {
        Object top = reader.readJsonValue();
        if (reader.peek() == JsonReader.Token.END_DOCUMENT && top instanceof Map<?, ?> map) {
          return map;
        }
        throw new BadValue(file + ": it must be one JSON object, { … }.");
      } catch (JsonDataException e) { // its words may quote a secret
        throw new BadValue(
            "%s: it is not valid JSON: a key twice, or too deep, at %s."
                .formatted(file, reader.getPath()));
      }
    } catch (IOException | StackOverflowError e) {
      throw new BadValue(file + ": it is not valid JSON: " + e.getMessage());
    }
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "SettingsSource[%s, %s, %s, %s]".formatted(origin, file, values.keySet(), problems);
  }

  /** What has been found so far in one file. */
  private static final class Findings {
    final String file;
    final Bounds bounds;
    final Map<String, Object> values = new LinkedHashMap<>();
    final List<String> warnings = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    Findings(String file, Bounds bounds) {
      this.file = file;
      this.bounds = bounds;
    }

    void understand(Map<?, ?> top) {
      Map<String, Object> left = new TreeMap<>();
      flatten("", top, left);
      for (Key<?> key : Keys.all()) {
        Object value = left.remove(key.name());
        if (value != null) {
          understand(key, value);
        }
      }
      left.keySet().removeIf(name -> OF_THE_MDM.matcher(name).matches());
      left.keySet().stream().limit(MOST_UNKNOWN).forEach(this::unknown);
      if (left.size() > MOST_UNKNOWN) {
        warnings.add(
            "%s: %d more are no settings and are ignored."
                .formatted(file, left.size() - MOST_UNKNOWN));
      }
      if (values.containsKey("endpoint") && values.containsKey("endpointFile")) {
        problems.add(file + ": give endpoint or endpointFile, not both.");
      }
    }

    /** {@code {"spool":{"maxEvents":9}}} becomes {@code spool.maxEvents}. */
    private void flatten(String prefix, Map<?, ?> map, Map<String, Object> flat) {
      map.forEach(
          (name, value) -> {
            boolean group = prefix.isEmpty() && GROUPS.contains(name);
            if (group && value instanceof Map<?, ?> members) {
              flatten(name + ".", members, flat);
            } else if (group && value != null) {
              problems.add("%s: %s must be a group of settings.".formatted(file, name));
            } else if (value != null) {
              flat.put(prefix + name, value);
            }
          });
    }

    private void understand(Key<?> key, Object value) {
      try {
        values.put(key.name(), key.type().understand(value, bounds));
      } catch (BadValue e) {
        problems.add(
            "%s: %s must be %s%s.".formatted(file, key.name(), e.getMessage(), shown(value)));
      }
    }

    private void unknown(String name) {
      String plain = name.replaceAll("\\p{C}", "?");
      warnings.add(
          "%s: %s is no setting of this version and is ignored."
              .formatted(file, plain.substring(0, Math.min(plain.length(), LONGEST_NAME))));
    }

    /** Numbers and booleans only: a text may be a secret in the wrong place. */
    private static String shown(Object value) {
      if (value instanceof Double number && number == Math.rint(number)) {
        return ", not " + number.longValue();
      }
      return value instanceof Number || value instanceof Boolean ? ", not " + value : "";
    }
  }
}
