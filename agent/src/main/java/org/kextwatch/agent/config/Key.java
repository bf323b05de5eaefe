package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.Set;

/**
 * One setting.
 *
 * @param name as the operator writes it; a dot leads into a group
 * @param type what values it takes
 * @param fallback its default, as the operator would write it; {@code null} for none
 */
record Key<T>(String name, Type<T> type, T fallback) {
  private static final Set<String> PAIRED = Set.of("endpoint", "clientKeystore");

  /**
   * What the setting stands and falls with: a wrong value refuses all keys of its unit. A group is
   * one, and so is a setting with the file that belongs to it.
   */
  String unit() {
    for (String first : PAIRED) {
      if (name.startsWith(first)) {
        return first;
      }
    }
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Whether its values are words and numbers, which may be shown to anybody. */
  boolean isHarmless() {
    return fallback instanceof Enum<?> || isNumberOrBoolean();
  }

  boolean isNumberOrBoolean() {
    return fallback instanceof Boolean
        || fallback instanceof Number
        || fallback instanceof Duration;
  }

  /** Understands the value of a setting. */
  interface Type<T> {
    /**
     * Checks and converts a value.
     *
     * @param value as it came from JSON or a property list: text, number, boolean, list or map
     * @param bounds whether the limits for a real Mac hold
     * @throws BadValueException if it is of another type, or out of bounds
     */
    T understand(Object value, Bounds bounds) throws BadValueException;
  }

  /** Which limits hold: a simulated Mac may be as quick as a test likes. */
  enum Bounds {
    REAL_MAC,
    SIMULATED_MAC
  }

  /** A value that is refused; the message ends the sentence "it must be …". */
  static final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    BadValueException(String mustBe) {
      super(mustBe);
    }
  }
}
