package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description = "Prints the last known status; needs neither the daemon nor root.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  kextwatch status",
      "  kextwatch status --json",
      "  kextwatch status --field extension.state      one bare value, for scripts"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class StatusCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print the status document.")
  private boolean json;

  @Option(
      names = "--field",
      paramLabel = "PATH",
      description = "Print one value of the document; \"null\" means not known.")
  private @Nullable String field;

  @Override
  public Integer call() throws RefusedPathException {
    SystemRoot root = kextwatch.root();
    PrintWriter err = spec.commandLine().getErr();
    Status status;
    try {
      status = StatusFile.read(root);
    } catch (IOException e) {
      String what =
          e instanceof NoSuchFileException ? "there is no status: " : "the status cannot be used: ";
      err.println("kextwatch: " + what + e.getMessage());
      err.println("kextwatch: is the daemon running? To look without it: sudo kextwatch check");
      return ExitCode.UNKNOWN;
    }
    boolean stale = status.isStale(Instant.now());
    if (stale) {
      err.println("kextwatch: this status is old; the daemon does not seem to run");
    }
    Optional<String> shown = show(root, status);
    if (shown.isEmpty()) {
      err.println("kextwatch: the status document has no field " + field);
      return ExitCode.USAGE;
    }
    spec.commandLine().getOut().println(shown.get());
    return stale ? ExitCode.UNKNOWN : ExitCode.of(status.verdict());
  }

  private Optional<String> show(SystemRoot root, Status status) {
    if (field != null) {
      return StatusDocument.field(status, field);
    }
    Boolean isRunning = InstanceLock.isHeld(root).orElse(null);
    return Optional.of(
        json ? Json.text(status) : StatusText.of(status, Instant.now(), isRunning, Ansi.AUTO));
  }
}
