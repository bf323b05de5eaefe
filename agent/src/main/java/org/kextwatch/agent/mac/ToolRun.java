package org.kextwatch.agent.mac;

/** The result of running a tool. Failures are values, because a Mac may lack or break any tool. */
public sealed interface ToolRun {

  /**
   * The tool ended by itself.
   *
   * @param exitCode its exit status, 128 + n after signal n
   * @param stdout the first MiB, bad UTF-8 replaced
   * @param stderr the first MiB, bad UTF-8 replaced
   */
  record Finished(int exitCode, String stdout, String stderr) implements ToolRun {}

  /** It was killed, with all that it had started, when its time was over. */
  record TimedOut(String stdout, String stderr) implements ToolRun {}

  /**
   * It did not run, or was interrupted.
   *
   * @param detail for people: the path and the problem
   */
  record NotRun(FailureCause cause, String detail) implements ToolRun {}

  /** Why a tool did not run. */
  enum FailureCause {
    MISSING,
    NOT_EXECUTABLE,
    /** Other users could have replaced it. */
    NOT_TRUSTED,
    /** It is no longer the file that was checked, for example because of an update. */
    REPLACED,
    /** The agent is shutting down. */
    INTERRUPTED
  }
}
