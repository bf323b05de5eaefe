package org.kextwatch.agent.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "webhook",
    description =
        "Tests the delivery to the fleet's endpoint, or writes the schemas of the events.",
    subcommands = {WebhookTestCommand.class, WebhookSchemaCommand.class},
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  sudo kextwatch webhook test", "  kextwatch webhook schema ./schemas"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class WebhookCommand implements Runnable {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command: test or schema.");
  }

  Kextwatch kextwatch() {
    return kextwatch;
  }
}
