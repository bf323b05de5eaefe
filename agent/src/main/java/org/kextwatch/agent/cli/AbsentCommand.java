package org.kextwatch.agent.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that only a clone and the release archive have; an installed agent says so. */
final class AbsentCommand {
  private AbsentCommand() {}

  /** Adds the commands that are missing. */
  static void addTo(CommandLine commandLine) {
    for (Callable<Integer> command : List.of(new Receive(), new Demo())) {
      CommandSpec spec = CommandSpec.forAnnotatedObject(command);
      if (!commandLine.getSubcommands().containsKey(spec.name())) {
        spec.parser().unmatchedOptionsArePositionalParams(true);
        commandLine.addSubcommand(spec);
      }
    }
  }

  @Command(
      name = "demo",
      description = "Shows two simulated Macs; only in a clone or the release archive.",
      mixinStandardHelpOptions = true)
  private static final class Demo extends Absent {}

  @Command(
      name = "receive",
      description = "Receives webhooks and verifies them; only in a clone or the release archive.",
      mixinStandardHelpOptions = true)
  private static final class Receive extends Absent {}

  private abstract static class Absent implements Callable<Integer> {
    /** All arguments, options too: they are those of the real command. */
    @Parameters(hidden = true)
    private List<String> arguments = List.of();

    @Spec private CommandSpec spec;

    @SuppressWarnings("NullAway.Init")
    Absent() {}

    @Override
    public Integer call() {
      spec.commandLine()
          .getErr()
          .printf(
              "kextwatch: \"%s\" is not installed on Macs. Run it from a clone or from the release"
                  + " archive: dist/bin/kextwatch %s%n",
              spec.name(), String.join(" ", spec.name(), String.join(" ", arguments)).strip());
      return ExitCode.UNAVAILABLE;
    }
  }
}
