package org.kextwatch.agent.cli;

import java.util.concurrent.Callable;
import org.kextwatch.agent.daemon.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "version",
    description = "Prints the versions of Kextwatch and of the Java that runs it.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch version")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .println(
            "kextwatch %s (Java %s, %s)"
                .formatted(
                    Version.current(),
                    System.getProperty("java.version"),
                    System.getProperty("java.home")));
    return ExitCode.OK;
  }
}
