package org.kextwatch.agent.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.kextwatch.agent.mac.RefusedPath;
import picocli.CommandLine;

/** The one way in and the one way out. */
public final class Main {
  private Main() {}

  /** A Mac may write its numbers in other digits; names of files, events and scripts may not. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    System.exit(execute(args));
  }

  static int execute(String... args) {
    return commandLine().execute(args);
  }

  /** All commands, ready to be run. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Kextwatch());
    useExitCodes(commandLine);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          PrintWriter err = command.getErr();
          if (exception instanceof RefusedPath refused) {
            err.println("kextwatch: " + refused.reason());
            return ExitCode.USAGE;
          }
          err.println("kextwatch: " + exception);
          return ExitCode.INTERNAL;
        });
    return commandLine;
  }

  /** Picocli hands them down to no subcommand: for those a wrong option would mean "unknown". */
  private static void useExitCodes(CommandLine command) {
    command.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
    command.getCommandSpec().exitCodeOnExecutionException(ExitCode.INTERNAL);
    command.getSubcommands().values().forEach(Main::useExitCodes);
  }
}
