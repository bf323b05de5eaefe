package org.kextwatch.agent.mac;

/** What came of running a tool. Every failure is a value: a Mac may lack, break or stall any. */
public sealed interface ToolRun {

  /**
   * The tool ended by itself.
   *
   * @param exitCode its exit status, 128 + n after signal n
   * @param stdout the first MiB, bad UTF-8 replaced
   * @param stderr the first MiB, bad UTF-8 replaced
   */
  record Finished(int exitCode, String stdout, String stderr) implements ToolRun {}

  /** It was killed, with everything it had started, when its time was over. */
  record TimedOut(String stdout, String stderr) implements ToolRun {}

  /**
   * It never ran to an end of its own.
   *
   * @param detail for people: the path and what is wrong with it
   */
  record NotRun(Cause cause, String detail) implements ToolRun {}

  /** Why a tool did not run. */
  enum Cause {
    MISSING,
    NOT_EXECUTABLE,
    /** Somebody other than root could have put it there. */
    NOT_TRUSTED,
    /** It is not the file any more that was checked: an update, perhaps. */
    REPLACED,
    /** This program is stopping. */
    INTERRUPTED
  }
}
