package org.kextwatch.agent.cli;

import java.util.Locale;
import java.util.ServiceLoader;
import org.kextwatch.agent.mac.RefusedPathException;
import picocli.CommandLine;

/** All commands, and what they end with. */
public final class Program {
  private Program() {}

  /** A Mac may write its numbers in other digits; names of files, events and scripts may not. */
  static int run(String... args) {
    Locale.setDefault(Locale.ROOT);
    return commandLine().execute(args);
  }

  /** All commands, ready to be run. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Kextwatch());
    ServiceLoader.load(AddedCommand.class).forEach(commandLine::addSubcommand);
    AbsentCommand.addTo(commandLine);
    useExitCodes(commandLine);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          if (exception instanceof RefusedPathException refused) {
            command.getErr().println("kextwatch: " + refused.reason());
            return ExitCode.USAGE;
          }
          return Main.fail(exception, parsed.originalArgs());
        });
    return commandLine;
  }

  /** Picocli hands them down to no subcommand: for those a wrong option would mean "unknown". */
  private static void useExitCodes(CommandLine command) {
    command.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
    command.getCommandSpec().exitCodeOnExecutionException(ExitCode.INTERNAL);
    command.getSubcommands().values().forEach(Program::useExitCodes);
  }
}
