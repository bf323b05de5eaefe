package org.kextwatch.agent.webhook;

/**
 * A setting, or a file that it names, with which nothing can be sent. The message is for people:
 * what is wrong, what to do; never the value.
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
