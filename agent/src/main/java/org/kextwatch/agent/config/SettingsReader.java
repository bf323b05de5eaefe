package org.kextwatch.agent.config;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import okio.Buffer;
import org.kextwatch.agent.config.Key.BadValue;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;

/** Reads the operator's settings. A file is taken as a whole or refused as a whole. */
public final class SettingsReader {
  public static final String LOCAL_FILE = "/Library/Application Support/Kextwatch/config.json";

  private static final int LIMIT_BYTES = 64 << 10;
  private static final Set<String> GROUPS = Set.of("extension", "spool");

  private final SystemRoot root;

  public SettingsReader(SystemRoot root) {
    this.root = root;
  }

  /** Reads the Mac's own settings; without a file every value is at its default. */
  public SettingsReading read() {
    return read(root.resolve(LOCAL_FILE));
  }

  /** Reads the settings of one file. */
  public SettingsReading read(Path file) {
    Findings findings = new Findings(file.toString());
    Optional<Map<String, Object>> values = load(file, findings);
    values.ifPresent(found -> understand(found, findings));
    return findings.reading();
  }

  private static Optional<Map<String, Object>> load(Path file, Findings findings) {
    byte[] bytes;
    try {
      bytes = TrustedFile.read(file, LIMIT_BYTES);
    } catch (NoSuchFileException e) {
      findings.warnings.add("There are no settings: " + file + " is not there.");
      return Optional.empty();
    } catch (RefusedPath e) {
      findings.problems.add(e.reason());
      return Optional.empty();
    } catch (IOException e) {
      findings.problems.add(file + ": it cannot be read: " + e.getMessage());
      return Optional.empty();
    }
    try (JsonReader reader = JsonReader.of(new Buffer().write(bytes))) {
      Object top = reader.readJsonValue();
      if (reader.peek() == JsonReader.Token.END_DOCUMENT && top instanceof Map<?, ?> map) {
        return Optional.of(flatten("", map));
      }
      findings.problems.add(file + ": it must be one JSON object, { … }.");
    } catch (IOException | JsonDataException | StackOverflowError e) {
      findings.problems.add(file + ": it is not valid JSON: " + e.getMessage());
    }
    return Optional.empty();
  }

  /** {@code {"spool":{"maxEvents":9}}} becomes {@code spool.maxEvents}. */
  private static Map<String, Object> flatten(String prefix, Map<?, ?> map) {
    Map<String, Object> flat = new LinkedHashMap<>();
    map.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> group && GROUPS.contains(name) && prefix.isEmpty()) {
            flat.putAll(flatten(name + ".", group));
          } else if (value != null) {
            flat.put(prefix + name, value);
          }
        });
    return flat;
  }

  private void understand(Map<String, Object> values, Findings findings) {
    Bounds bounds = root.isThisMac() ? Bounds.REAL_MAC : Bounds.SIMULATED_MAC;
    Map<String, Object> left = new TreeMap<>(values);
    for (Key<?> key : Keys.all()) {
      Object value = left.remove(key.name());
      if (value != null) {
        findings.understand(key, value, bounds);
      }
    }
    left.keySet().forEach(findings::unknown);
    if (findings.values.containsKey("endpoint") && findings.values.containsKey("endpointFile")) {
      findings.problems.add(findings.file + ": give endpoint or endpointFile, not both.");
    }
  }

  /** What has been found so far in one file. */
  private static final class Findings {
    final String file;
    final Map<String, Object> values = new LinkedHashMap<>();
    final List<String> warnings = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    Findings(String file) {
      this.file = file;
    }

    void understand(Key<?> key, Object value, Bounds bounds) {
      try {
        values.put(key.name(), key.type().understand(value, bounds));
      } catch (BadValue e) {
        problems.add(
            "%s: %s must be %s%s.".formatted(file, key.name(), e.getMessage(), shown(value)));
      }
    }

    void unknown(String name) {
      warnings.add("%s: %s is no setting of this version and is ignored.".formatted(file, name));
    }

    SettingsReading reading() {
      Map<String, Object> good = problems.isEmpty() ? values : Map.of();
      Map<String, Origin> origins = new TreeMap<>();
      for (Key<?> key : Keys.all()) {
        origins.put(key.name(), good.containsKey(key.name()) ? Origin.LOCAL : Origin.DEFAULT);
      }
      return new SettingsReading(Keys.settings(good), origins, warnings, problems);
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
