package org.kextwatch.agent.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.kextwatch.agent.daemon.Daemon;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = "The daemon; launchd starts this. It ends on SIGTERM.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  RunCommand() {}

  @Override
  public Integer call() throws RefusedPath, IOException {
    if (kextwatch.lacksRoot()) {
      spec.commandLine().getErr().println("kextwatch: run needs root: sudo kextwatch run");
      return ExitCode.NEEDS_ROOT;
    }
    SystemRoot root = kextwatch.root();
    if (!Daemon.run(root)) {
      spec.commandLine().getErr().println("kextwatch: another one is running here already.");
    }
    return ExitCode.OK;
  }
}
