package org.kextwatch.agent.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.Version;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program itself, with the options that all commands share. */
@Command(
    name = "kextwatch",
    description =
        "Watches Microsoft Defender and the approval of its extension on a Mac, loads the kext as"
            + " soon as it is approved, and reports changes to the fleet's webhook.",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      StatusCommand.class,
      ConfigCommand.class,
      DoctorCommand.class,
      SupportCommand.class,
      WebhookCommand.class,
      CompletionsCommand.class,
      VersionCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Kextwatch.Versions.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  kextwatch status                      the last status of this Mac",
      "  sudo kextwatch doctor                 checks all that the daemon needs",
      "  sudo kextwatch check --json           one full cycle now, as JSON",
      "  kextwatch --root /tmp/mac check       the same for a simulated Mac",
      "  kextwatch demo --fast                 shows the agent on simulated Macs",
      "",
      "Exit codes: 0 protected, 1 at risk, 2 unknown or stale, 64 usage,",
      "69 unavailable, 70 internal, 77 needs root, 78 bad settings."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class Kextwatch implements Runnable {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Use this directory as the root folder of a simulated Mac.")
  private @Nullable Path rootFolder;

  /** {@link Main} looks for this option too, because the parser itself may fail. */
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an internal error on stderr.")
  @SuppressWarnings("UnusedVariable")
  private boolean verbose;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  /** The root folder of a simulated Mac, null for this Mac. */
  @Nullable Path rootFolder() {
    return rootFolder;
  }

  SystemRoot root() throws RefusedPathException {
    return DaemonStart.root(rootFolder);
  }

  boolean lacksRoot() {
    return DaemonStart.lacksRoot(rootFolder);
  }

  /** Whether this user may read everything on the Mac, or owns the simulated one. */
  boolean seesEverything() {
    Owner current = Owner.current();
    return current.isRoot() || (rootFolder != null && Owner.of(rootFolder).equals(current));
  }

  /** For {@code --version}. */
  static final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"kextwatch " + Version.current()};
    }
  }
}
