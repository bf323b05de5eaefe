package org.kextwatch.agent.doctor;

import java.util.function.Supplier;

/**
 * One thing that must be right for this Mac to be watched.
 *
 * @param name what is looked at
 * @param look looks at it; what it throws means that it cannot be told
 */
public record DoctorCheck(String name, Supplier<Said> look) {

  /** Looks. To err is not to fail. */
  Finding find() {
    try {
      return look.get().about(name);
    } catch (RuntimeException e) {
      return Said.cannotTell("the check itself failed: " + e, "").about(name);
    }
  }

  /** How it is. */
  public enum Mark {
    OK,
    WARN,
    FAIL,
    CANNOT_TELL
  }

  /**
   * What was found.
   *
   * @param remedy what to do; empty if there is nothing to do
   */
  record Said(Mark mark, String text, String remedy) {
    static Said ok(String text) {
      return new Said(Mark.OK, text, "");
    }

    static Said warn(String text, String remedy) {
      return new Said(Mark.WARN, text, remedy);
    }

    static Said fail(String text, String remedy) {
      return new Said(Mark.FAIL, text, remedy);
    }

    static Said cannotTell(String text, String remedy) {
      return new Said(Mark.CANNOT_TELL, text, remedy);
    }

    Finding about(String check) {
      return new Finding(check, mark, text, remedy);
    }
  }

  /** What was found, and of what. */
  public record Finding(String check, Mark mark, String text, String remedy) {}
}
