package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Secrecy;
import org.kextwatch.agent.mac.SystemPaths;

/**
 * The settings of this Mac, complete and within their bounds. Paths are the Mac's paths.
 *
 * @param values parsed values by the name of their key
 */
public record Settings(Map<String, Object> values) {
  public Settings {
    values = Map.copyOf(values);
  }

  /** Every setting at its default: watch, keep events, send nothing. */
  public static Settings defaults() {
    return of(Map.of());
  }

  /**
   * Completes values with the defaults.
   *
   * @param set parsed values by the name of their key
   */
  static Settings of(Map<String, Object> set) {
    Map<String, Object> all = new TreeMap<>();
    for (Key<?> key : Keys.all()) {
      Object value = set.getOrDefault(key.name(), key.defaultValue());
      if (value != null) {
        all.put(key.name(), value);
      }
    }
    return new Settings(all);
  }

  /** The value of a setting that has a default. */
  public <T> T get(Key<T> key) {
    return Objects.requireNonNull(find(key), key.name());
  }

  /** The value of a setting, {@code null} if it is not set. */
  public <T> @Nullable T find(Key<T> key) {
    Object value = values.get(key.name());
    return value == null ? null : key.cast(value);
  }

  /** Only where and how events are sent. */
  public Settings webhook() {
    Map<String, Object> some = new TreeMap<>(values);
    Keys.all().stream().filter(key -> !key.isOfWebhook()).map(Key::name).forEach(some::remove);
    return new Settings(some);
  }

  public boolean hasEndpoint() {
    return find(Keys.ENDPOINT) != null || find(Keys.ENDPOINT_FILE) != null;
  }

  /** The paths of all files that these settings name. */
  public List<String> files() {
    return paths(key -> key.type() == ValueTypes.PATH);
  }

  /** The paths of those that contain a secret. */
  public List<String> secretFiles() {
    return paths(key -> key.secrecy() == Secrecy.SECRET_FILE);
  }

  private List<String> paths(Predicate<Key<?>> condition) {
    return Keys.all().stream()
        .filter(condition)
        .map(key -> values.get(key.name()))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .toList();
  }

  /** The interval between two looks at a Mac that was or was not at risk at the last one. */
  public Duration lookInterval(boolean wasAtRisk) {
    return get(wasAtRisk ? Keys.AT_RISK : Keys.HEALTH);
  }

  public WatchedExtension extension() {
    return new WatchedExtension(
        get(Keys.EXTENSION_PATH), get(Keys.EXTENSION_BUNDLE), get(Keys.EXTENSION_TEAM));
  }

  public SpoolBounds spool() {
    return new SpoolBounds(get(Keys.SPOOL_EVENTS), get(Keys.SPOOL_BYTES), get(Keys.SPOOL_AGE));
  }

  /** Without the values: some can be secrets. */
  @Override
  public String toString() {
    return values.keySet().toString();
  }

  /** The kernel extension to watch, Defender's unless the settings name another. */
  public record WatchedExtension(String path, String bundleId, String teamId) {
    public static final WatchedExtension DEFENDER =
        new WatchedExtension(SystemPaths.DEFENDER_KEXT, "com.microsoft.wdavkext", "UBF8T346G9");
  }

  /** How much the spool may hold. */
  public record SpoolBounds(int maxEvents, long maxBytes, Duration maxAge) {}

  /** How status and events name this Mac. */
  public enum DeviceIdentity {
    /** Serial number, UUID and computer name. */
    FULL,
    /** Serial number and UUID. */
    SERIAL,
    /** A random UUID in place of them all. */
    MINIMAL
  }

  /** How much is logged. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
