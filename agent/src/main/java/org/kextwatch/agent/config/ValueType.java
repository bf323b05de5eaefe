package org.kextwatch.agent.config;

/** The values that a setting accepts. */
interface ValueType<T> {
  Kind kind();

  /** The values that a real Mac accepts, for people; it ends the sentence "it must be …". */
  String allowed();

  /**
   * Checks and converts a value.
   *
   * @param raw as it came from JSON or a property list: text, number, boolean, list or map
   * @throws BadValueException if it has another type or is out of bounds
   */
  T parse(Object raw, Bounds bounds) throws BadValueException;

  /** The value as the operator would write it. */
  default Object written(T value) {
    return value;
  }

  /** How the operator writes a value. */
  enum Kind {
    /** True or false. */
    FLAG,
    NUMBER,
    /** One of a few words. */
    WORD,
    /** Any other text; it may be a secret. */
    TEXT,
    /** Texts by name. */
    TEXTS
  }

  /**
   * Which limits apply: a simulated Mac may use shorter times, so that tests and demo are quick.
   */
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
