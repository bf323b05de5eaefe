package org.kextwatch.demo;

import java.io.IOException;
import java.io.PrintWriter;
import org.kextwatch.agent.cli.AddedCommand;
import org.kextwatch.agent.cli.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs the webhook receiver, so it needs a Java that has an HTTP server. */
abstract class ReceiverCommand implements AddedCommand {
  private static final String MODULE = "jdk.httpserver";

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ReceiverCommand() {}

  @Override
  public final Integer call() throws IOException, InterruptedException {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      err()
          .printf(
              "kextwatch: \"%s\" needs the Java module %s, and %s lacks it. Set JAVA_HOME to a"
                  + " JDK.%n",
              spec.name(), MODULE, System.getProperty("java.home"));
      return ExitCode.UNAVAILABLE;
    }
    return run();
  }

  /** Returns the exit code. */
  abstract int run() throws IOException, InterruptedException;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
