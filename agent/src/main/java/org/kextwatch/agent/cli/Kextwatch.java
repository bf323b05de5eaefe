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

/** The command line as a whole, and the one option that all commands share. */
@Command(
    name = "kextwatch",
    description =
        "Watches Microsoft Defender and the approval of its extension on a Mac, loads the kext the"
            + " moment it is approved, and tells the fleet.",
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
      "  kextwatch status                      what is known of this Mac",
      "  sudo kextwatch doctor                 can this Mac be watched, and if not, why",
      "  sudo kextwatch check --json           one full cycle now, as a document",
      "  kextwatch --root /tmp/mac check       the same for a Mac that is a directory",
      "  kextwatch demo --fast                 two simulated Macs live the story",
      "",
      "Exit codes: 0 protected, 1 at risk, 2 unknown or stale, 64 usage,",
      "69 unavailable, 70 internal, 77 needs root, 78 bad settings."
    })
final class Kextwatch implements Runnable {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "The directory that is the Mac; this Mac itself if not given.")
  private @Nullable Path rootFolder;

  /** {@link Main} looks for it too, because it may be the parser that fails. */
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an internal error on stderr.")
  @SuppressWarnings("UnusedVariable")
  private boolean verbose;

  @Spec private CommandSpec spec;

  /** Picocli sets the fields. */
  @SuppressWarnings("NullAway.Init")
  Kextwatch() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "What is to be done? Name a command.");
  }

  SystemRoot root() throws RefusedPathException {
    return rootFolder == null ? SystemRoot.ofThisMac() : SystemRoot.at(rootFolder);
  }

  /** Whether the Mac itself is meant by somebody who may not change it. */
  boolean lacksRoot() {
    return rootFolder == null && !Owner.current().isRoot();
  }

  /** Whether whoever runs this may look at everything of the Mac that is meant. */
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
