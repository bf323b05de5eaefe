package org.kextwatch.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.kextwatch.agent.cli.AddedCommand;
import org.kextwatch.agent.cli.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "Two simulated Macs live through what makes Defender stop protecting; needs a full JDK.",
      "On macOS 15 the user switches Defender's extension off and on, then takes full disk access"
          + " from it and gives it back. On macOS 10.14 its kernel extension is blocked, the Allow"
          + " button expires, Kextwatch brings it back, the user clicks, the extension is loaded."
          + " The fleet's operator hears of every step over HTTPS. That takes about two minutes,"
          + " and ends with 0 only if every event was received in order, once, and rightly signed."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch demo --fast")
public final class DemoCommand implements AddedCommand {
  @Option(names = "--fast", description = "The same in under 25 seconds.")
  private boolean fast;

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean colour = CommandLine.Help.Ansi.AUTO.enabled();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return Story.tell(new Timeline(out, colour), fast) ? ExitCode.OK : 1;
  }
}
