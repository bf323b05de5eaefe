package org.kextwatch.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.kextwatch.agent.cli.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "Shows two simulated Macs on which Defender stops protecting.",
      "On macOS 15 the user switches Defender's extension off and on, then takes full disk access"
          + " from it and gives it back. On macOS 10.14 its kernel extension is blocked, the Allow"
          + " button expires, Kextwatch brings it back, the user clicks it, the extension is"
          + " loaded. A receiver on this machine gets every event over HTTPS. That takes about two"
          + " minutes. Ends with 0 only if every event was received in order, exactly once, and"
          + " with a valid signature."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch demo --fast")
public final class DemoCommand extends ReceiverCommand {
  @Option(names = "--fast", description = "The same in under 25 seconds.")
  private boolean fast;

  @Override
  int run() throws IOException, InterruptedException {
    boolean colour = CommandLine.Help.Ansi.AUTO.enabled();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    StoryTiming timing = fast ? StoryTiming.FAST : StoryTiming.SLOW;
    return Story.play(new Timeline(out, colour), timing) ? ExitCode.OK : 1;
  }
}
