package org.kextwatch.agent.doctor;

import java.util.function.Supplier;

/**
 * One precondition for watching this Mac.
 *
 * @param name of the check, as the report shows it
 * @param look runs the check; an exception gives the mark {@link Mark#CANNOT_TELL}
 */
public record DoctorCheck(String name, Supplier<CheckResult> look) {

  Finding run() {
    try {
      return look.get().about(name);
    } catch (RuntimeException e) {
      return CheckResult.cannotTell("the check itself failed: " + e, "").about(name);
    }
  }

  /** The kind of a result. */
  public enum Mark {
    OK,
    WARN,
    FAIL,
    CANNOT_TELL
  }

  /**
   * The result of a check.
   *
   * @param remedy what to do, empty for nothing
   */
  record CheckResult(Mark mark, String text, String remedy) {
    static CheckResult ok(String text) {
      return new CheckResult(Mark.OK, text, "");
    }

    static CheckResult warn(String text, String remedy) {
      return new CheckResult(Mark.WARN, text, remedy);
    }

    static CheckResult fail(String text, String remedy) {
      return new CheckResult(Mark.FAIL, text, remedy);
    }

    static CheckResult cannotTell(String text, String remedy) {
      return new CheckResult(Mark.CANNOT_TELL, text, remedy);
    }

    Finding about(String check) {
      return new Finding(check, mark, text, remedy);
    }
  }

  /** A result with the name of its check, as {@code doctor --json} prints it. */
  public record Finding(String check, Mark mark, String text, String remedy) {}
}
