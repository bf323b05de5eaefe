package org.kextwatch.agent.cli;

import java.util.Arrays;
import java.util.List;
import org.kextwatch.agent.mac.PlainText;

/**
 * The one way in and the one way out. It needs no other class before it can catch what goes wrong,
 * because any file of the program may be damaged, and a Java that fails by itself ends with the
 * code that means "at risk".
 */
public final class Main {
  private static final String VERBOSE = "--verbose";

  private Main() {}

  public static void main(String[] args) {
    int exitCode = ExitCode.INTERNAL;
    try {
      exitCode = Program.run(args);
    } catch (Throwable e) {
      fail(e, Arrays.asList(args));
    } finally {
      System.exit(exitCode);
    }
  }

  /**
   * Says what went wrong in one line, and with {@code --verbose} where. The option is looked for
   * here because it may be the parser that fails.
   */
  static int fail(Throwable error, List<String> arguments) {
    String remedy =
        error instanceof LinkageError ? " (the program is damaged: run install.sh again)" : "";
    String line =
        error.toString().replaceAll(PlainText.UNFIT + "+", " "); // inlined by the compiler
    System.err.println("kextwatch: " + line + remedy);
    if (arguments.contains(VERBOSE)) {
      error.printStackTrace();
    }
    return ExitCode.INTERNAL;
  }
}
