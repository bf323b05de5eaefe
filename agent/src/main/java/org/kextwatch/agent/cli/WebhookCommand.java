package org.kextwatch.agent.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "webhook",
    description = "What the fleet's endpoint gets: whether it gets it, and what it looks like.",
    subcommands = {WebhookTestCommand.class, WebhookSchemaCommand.class},
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  sudo kextwatch webhook test", "  kextwatch webhook schema ./schemas"})
final class WebhookCommand implements Runnable {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  WebhookCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "What is to be done? Name a command.");
  }

  Kextwatch kextwatch() {
    return kextwatch;
  }
}
