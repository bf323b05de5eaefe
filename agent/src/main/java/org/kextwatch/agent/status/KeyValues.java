package org.kextwatch.agent.status;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The key values of a status: a change of any of them is an event, a change of others is not. */
final class KeyValues {
  static final String VERDICT = "verdict";
  static final String REASON = "reason";
  static final String EXTENSION = "extension.";
  static final String HEALTH = "health.";
  static final String KIND = EXTENSION + "kind";
  static final String STATE = EXTENSION + "state";
  static final String GRANT = EXTENSION + "grant";
  static final String LOADED = EXTENSION + "loaded";
  static final String VERSION = EXTENSION + "version";
  static final String LAST_OUTCOME = EXTENSION + "lastAttempt.outcome";
  static final String ROWS = EXTENSION + "systemExtensions.";
  static final String REACHABILITY = HEALTH + "reachability";
  static final String LICENSED = HEALTH + "licensed";
  static final String ENABLED = HEALTH + "realTimeProtectionEnabled";
  static final String AVAILABLE = HEALTH + "realTimeProtectionAvailable";
  static final String ISSUES = HEALTH + "issues";
  static final String APP_VERSION = HEALTH + "appVersion";
  static final String EXPIRES_SOON = HEALTH + "expiresSoon";

  private static final Map<String, KeyValue> KEYS = new LinkedHashMap<>();

  static {
    Predicate<Status> never = s -> false;
    key(VERDICT, Status::verdict, never);
    key(REASON, Status::reason, never);
    key(KIND, s -> s.extension().kind(), s -> s.extension().kind() == ExtensionKind.UNKNOWN);
    key(STATE, s -> s.extension().state(), s -> s.extension().state() == ExtensionState.UNKNOWN);
    key(GRANT, s -> s.extension().grant(), s -> s.extension().grant() == Grant.UNREADABLE);
    key(LOADED, s -> s.extension().loaded(), s -> lacks(s, s.extension().loaded()));
    key(VERSION, s -> s.extension().version(), s -> lacks(s, s.extension().version()));
    key(LAST_OUTCOME, KeyValues::lastOutcome, never);
    key(REACHABILITY, s -> s.health().reachability(), s -> !s.health().reachability().isKnown());
    health(LICENSED, Health::licensed);
    health(ENABLED, Health::realTimeProtectionEnabled);
    health(AVAILABLE, Health::realTimeProtectionAvailable);
    key(ISSUES, s -> s.health().issues(), s -> !s.health().reachability().isKnown());
    health(APP_VERSION, Health::appVersion);
    health(EXPIRES_SOON, Health::expiresSoon);
  }

  private KeyValues() {}

  /** The names of all key values but the rows of system extensions. */
  static Set<String> names() {
    return KEYS.keySet();
  }

  /** A value, {@code null} if it is not known or is not compared. */
  static @Nullable Object of(Status status, String field) {
    return isCompared(status, field) ? key(field).value().apply(status) : null;
  }

  /** The kernel's list and the loader say nothing about system extensions. */
  static boolean isCompared(Status status, String field) {
    return status.extension().kind() != ExtensionKind.SYSTEM
        || !(field.equals(LOADED) || field.equals(LAST_OUTCOME));
  }

  /** Whether two values differ: from "not known" to "not soon" is no change. */
  static boolean differs(String field, @Nullable Object from, @Nullable Object to) {
    return field.equals(EXPIRES_SOON)
        ? Boolean.TRUE.equals(from) != Boolean.TRUE.equals(to)
        : !Objects.equals(from, to);
  }

  /** Whether a value is not known because a look failed, and not because there is none. */
  static boolean isUnseen(Status status, String field) {
    return field.startsWith(ROWS)
        ? !systemExtensions(status.extension()).containsKey(field) && isUnseen(status.extension())
        : key(field).unseen().test(status);
  }

  /** State by bundle and version: one bundle may be listed in two versions at once. */
  static Map<String, String> systemExtensions(Extension extension) {
    Map<String, String> states = new LinkedHashMap<>();
    for (SystemExtension row : extension.systemExtensions()) {
      states.put(field(row), row.state());
    }
    return states;
  }

  static String field(SystemExtension row) {
    return ROWS + row.bundleId() + "@" + row.version();
  }

  private static boolean isUnseen(Extension extension) {
    return extension.kind() == ExtensionKind.UNKNOWN || extension.state() == ExtensionState.UNKNOWN;
  }

  /** Without a kext there is no such value. */
  private static boolean lacks(Status status, @Nullable Object value) {
    return value == null
        && switch (status.extension().kind()) {
          case KERNEL, UNKNOWN -> true;
          case SYSTEM, NONE -> false;
        };
  }

  private static @Nullable Object lastOutcome(Status status) {
    Attempt last = status.extension().lastAttempt();
    return last == null ? null : last.outcome();
  }

  /** A Defender that is not installed, or not run, has no such value. */
  private static void health(String field, Function<Health, @Nullable Object> value) {
    key(
        field,
        s -> value.apply(s.health()),
        s ->
            value.apply(s.health()) == null
                && s.health().reachability() != Reachability.NOT_INSTALLED
                && s.health().reachability() != Reachability.NOT_TRUSTED);
  }

  private static void key(
      String field, Function<Status, @Nullable Object> value, Predicate<Status> unseen) {
    KEYS.put(field, new KeyValue(value, unseen));
  }

  private static KeyValue key(String field) {
    return Objects.requireNonNull(KEYS.get(field), field);
  }

  private record KeyValue(Function<Status, @Nullable Object> value, Predicate<Status> unseen) {}
}
