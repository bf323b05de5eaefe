package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.RefusedPathException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = {
      "Runs one full cycle now: looks, loads the kext if allowed, sends events, prints the status.",
      "While the daemon runs it only looks, and says so on stderr."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch check",
      "  sudo kextwatch check --json --no-act --no-report    only look at this Mac"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CheckCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print the status document.")
  private boolean json;

  @Option(names = "--no-act", description = "Do not run kextutil.")
  private boolean noAct;

  @Option(
      names = "--no-report",
      description = "Send no events and leave the saved state unchanged.")
  private boolean noReport;

  @Override
  public Integer call() throws RefusedPathException, IOException {
    PrintWriter err = spec.commandLine().getErr();
    if (kextwatch.lacksRoot()) {
      err.println("kextwatch: check needs root: sudo kextwatch check");
      return ExitCode.NEEDS_ROOT;
    }
    Check.Result result;
    try {
      result = Check.run(kextwatch.root(), !noAct, !noReport);
    } catch (AccessDeniedException e) {
      err.println(
          "kextwatch: this user may not write " + e.getFile() + ": run this command as its owner");
      return ExitCode.NEEDS_ROOT;
    }
    result.remarks().forEach(remark -> err.println("kextwatch: " + remark));
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        json
            ? Json.text(result.status())
            : StatusText.of(result.status(), Instant.now(), null, Ansi.AUTO));
    return ExitCode.of(result.status().verdict());
  }
}
