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
      "  source <(kextwatch completions)              in this bash or zsh; in every",
      "  kextwatch completions > ~/.kextwatch         one, with '. ~/.kextwatch' in",
      "                                               ~/.zshrc or ~/.bash_profile"
    })
final class CompletionsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  CompletionsCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(AutoComplete.bash("kextwatch", spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
