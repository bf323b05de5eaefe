package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.kextwatch.agent.daemon.Daemon;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.report.Complaint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = {
      "The daemon; launchd starts this. It ends on SIGTERM, with 0.",
      "Where it cannot keep its state it stays up, says why on stderr, and tries again."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch run                    in a terminal, until Ctrl-C",
      "  kextwatch --root /tmp/mac run         for a Mac that is a directory"
    })
final class RunCommand implements Callable<Integer> {
  /** Mended by hand within it, mostly; and launchd would not start it again any sooner. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  /** A Mac that is a folder is somebody's test. */
  private static final Duration SIMULATED_PAUSE = Duration.ofSeconds(1);

  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  RunCommand() {}

  @Override
  public Integer call() throws RefusedPath, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    if (kextwatch.lacksRoot()) {
      err.println("kextwatch: run needs root: sudo kextwatch run");
      return ExitCode.NEEDS_ROOT;
    }
    SystemRoot root = kextwatch.root();
    Complaint start = new Complaint("The start");
    while (true) {
      try {
        if (!Daemon.run(root)) {
          err.println("kextwatch: another one is running here already.");
        }
        return ExitCode.OK;
      } catch (IOException e) {
        String why = "the state cannot be kept: " + e.getMessage() + " (try: kextwatch doctor)";
        start.failed(why, Moment.now()).ifPresent(line -> err.println("kextwatch: " + line));
        pause(root.isThisMac() ? PAUSE : SIMULATED_PAUSE);
      }
    }
  }

  /** To end would be to be started again, and again. */
  private static void pause(Duration time) throws InterruptedException {
    Thread end = new Thread(() -> Runtime.getRuntime().halt(ExitCode.OK), "end");
    Runtime.getRuntime().addShutdownHook(end);
    Thread.sleep(time.toMillis());
    Runtime.getRuntime().removeShutdownHook(end);
  }
}
