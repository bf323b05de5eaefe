package org.kextwatch.agent.mac;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A program that runs a tool of a Mac, and prints what the tool printed. */
public final class ToolEnvironment {
  private ToolEnvironment() {}

  public static void main(String[] arguments) throws Exception {
    ToolRunner tools = new ToolRunner(SystemRoot.at(Path.of(arguments[0])));
    ToolRun run = tools.run(Tool.SYSCTL, Duration.ofMinutes(3), List.of());
    System.out.print(run instanceof ToolRun.Finished finished ? finished.stdout() : run);
  }
}
