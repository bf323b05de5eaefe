package org.kextwatch.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = {
      "Runs the daemon; launchd starts it. SIGTERM ends it with exit code 0.",
      "If it cannot save its state it keeps running, says why on stderr and tries again.",
      "If another agent runs here it ends with 69; started by launchd it waits for that one to"
          + " end."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch run                    in a terminal, until Ctrl-C",
      "  kextwatch --root /tmp/mac run         for a simulated Mac"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    return DaemonStart.run(kextwatch.rootFolder(), spec.commandLine().getErr()::println);
  }
}
