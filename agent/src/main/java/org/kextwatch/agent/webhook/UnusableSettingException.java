package org.kextwatch.agent.webhook;

/**
 * A setting, or a file that it names, cannot be used. The message says what is wrong and what to
 * do, and never contains the value.
 */
final class UnusableSettingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String note;

  UnusableSettingException(String note) {
    super(note);
    this.note = note;
  }

  /** The message, never null. */
  String note() {
    return note;
  }
}
