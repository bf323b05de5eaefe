package org.kextwatch.agent.cli;

import java.util.ServiceLoader;
import org.kextwatch.agent.mac.RefusedPathException;
import picocli.CommandLine;

/** All commands with their exit codes. */
public final class Program {
  private Program() {}

  static int run(String... args) {
    return commandLine().execute(args);
  }

  /** The command line with all commands. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Kextwatch());
    ServiceLoader.load(AddedCommand.class).forEach(commandLine::addSubcommand);
    AbsentCommand.addTo(commandLine);
    useExitCodes(commandLine);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setExpandAtFiles(false); // root would show the file of any name with an @
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

  /**
   * Picocli does not pass them to subcommands, where a wrong option would end with 2, "unknown".
   */
  private static void useExitCodes(CommandLine command) {
    command.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
    command.getCommandSpec().exitCodeOnExecutionException(ExitCode.INTERNAL);
    command.getSubcommands().values().forEach(Program::useExitCodes);
  }
}
