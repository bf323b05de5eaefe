package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.kextwatch.agent.demo.Story;
import org.kextwatch.agent.demo.Timeline;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "A simulated Mac lives through the whole story; needs a full JDK.",
      "Its kernel extension is blocked, the Allow button expires, Kextwatch brings it back, the user"
          + " clicks, the extension is loaded, and the fleet's operator hears of every step over"
          + " HTTPS. That takes about a minute."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch demo --fast")
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--fast", description = "The same in under fifteen seconds.")
  private boolean fast;

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean colour = CommandLine.Help.Ansi.AUTO.enabled();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return Story.tell(new Timeline(out, colour), fast) ? ExitCode.OK : 1;
  }
}
