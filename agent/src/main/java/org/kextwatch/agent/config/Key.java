package org.kextwatch.agent.config;

/**
 * One setting.
 *
 * @param name as the operator writes it; a dot leads into a group
 * @param type what values it takes
 * @param fallback its default, as the operator would write it; {@code null} for none
 */
record Key<T>(String name, Type<T> type, T fallback) {

  /** Understands the value of a setting. */
  interface Type<T> {
    /**
     * Checks and converts a value.
     *
     * @param value as it came from JSON or a property list: text, number, boolean, list or map
     * @param bounds whether the limits for a real Mac hold
     * @throws BadValue if it is of another type, or out of bounds
     */
    T understand(Object value, Bounds bounds) throws BadValue;
  }

  /** Which limits hold: a simulated Mac may be as quick as a test likes. */
  enum Bounds {
    REAL_MAC,
    SIMULATED_MAC
  }

  /** A value that is refused; the message ends the sentence "it must be …". */
  static final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    BadValue(String mustBe) {
      super(mustBe);
    }
  }
}
