package org.kextwatch.agent.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "completions",
    description = "Prints a script that lets bash or zsh complete commands and options.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(kextwatch completions)              for this bash or zsh",
      "  kextwatch completions > ~/.kextwatch         for every shell: add the line",
      "                                               '. ~/.kextwatch' to ~/.zshrc"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CompletionsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(AutoComplete.bash("kextwatch", spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
