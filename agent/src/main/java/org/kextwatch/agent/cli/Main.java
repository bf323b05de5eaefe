package org.kextwatch.agent.cli;

import java.io.PrintWriter;
import org.kextwatch.agent.mac.RefusedPath;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The one way in and the one way out. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  static int execute(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Kextwatch());
    endEachWithTheCodesOf(commandLine.getCommandSpec(), commandLine);
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

  /** Picocli's own default for wrong usage is 2, which here says that the verdict is unknown. */
  private static void endEachWithTheCodesOf(CommandSpec top, CommandLine commandLine) {
    for (CommandLine command : commandLine.getSubcommands().values()) {
      command
          .getCommandSpec()
          .exitCodeOnInvalidInput(top.exitCodeOnInvalidInput())
          .exitCodeOnExecutionException(top.exitCodeOnExecutionException());
      endEachWithTheCodesOf(top, command);
    }
  }
}
