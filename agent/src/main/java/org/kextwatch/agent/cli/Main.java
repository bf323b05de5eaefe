package org.kextwatch.agent.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kextwatch.agent.mac.PlainText;

/**
 * Starts the program and ends it with its exit code. It catches every error before it needs another
 * class, because any file of the program may be damaged: a Java that fails by itself ends with 1,
 * which would mean "at risk".
 */
public final class Main {
  private static final String VERBOSE = "--verbose";

  private Main() {}

  /**
   * The locale of a Mac may use other digits; in file names, events and scripts they must be 0-9.
   */
  public static void main(String[] args) {
    int exitCode = ExitCode.INTERNAL;
    try {
      Locale.setDefault(Locale.ROOT);
      exitCode = DaemonStart.isAskedBy(args) ? DaemonStart.runAsAskedBy(args) : Program.run(args);
    } catch (Throwable e) {
      fail(e, Arrays.asList(args));
    } finally {
      System.exit(exitCode);
    }
  }

  /**
   * Prints an error in one line, and with {@code --verbose} its stack trace. The option is looked
   * for here because the parser itself may fail.
   */
  static int fail(Throwable error, List<String> arguments) {
    String remedy =
        error instanceof LinkageError ? " (the program is damaged: install it again)" : "";
    String line =
        error.toString().replaceAll(PlainText.UNFIT + "+", " "); // inlined by the compiler
    System.err.println("kextwatch: " + line + remedy);
    if (arguments.contains(VERBOSE)) {
      error.printStackTrace();
    }
    return ExitCode.INTERNAL;
  }
}
