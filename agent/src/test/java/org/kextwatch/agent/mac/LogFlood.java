package org.kextwatch.agent.mac;

import java.nio.file.Path;
import org.tinylog.Level;
import org.tinylog.Logger;

/** A program that logs thirty megabytes with the daemon's own log. */
public final class LogFlood {
  private LogFlood() {}

  public static void main(String[] arguments) throws Exception {
    AgentLog.open(SystemRoot.at(Path.of(arguments[0])), Level.INFO);
    String line = "x".repeat(1_000);
    for (int i = 0; i < 30_000; i++) {
      Logger.info("{} {}", i, line);
    }
    Logger.debug("this is not asked for");
    Logger.info("the last line");
    AgentLog.close();
  }
}
