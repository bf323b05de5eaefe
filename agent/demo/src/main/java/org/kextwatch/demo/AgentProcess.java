package org.kextwatch.demo;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the real daemon, for a Mac that is a folder. */
public final class AgentProcess implements AutoCloseable {
  private static final String MAIN = "org.kextwatch.agent.cli.Main";

  private final Process process;

  private AgentProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts the daemon, with the launcher of this installation if there is one.
   *
   * @param output the file that its output is appended to
   */
  public static AgentProcess start(Path root, Path output) throws IOException {
    return start(program(), root, output);
  }

  /** Starts the daemon with another program, such as the launcher in dist. */
  public static AgentProcess start(List<String> program, Path root, Path output)
      throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("--root", root.toString(), "run"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    return new AgentProcess(builder.start());
  }

  /** The process id of Java, because the launcher replaces itself with it. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM, as launchd does. Returns the exit code, -1 if it still runs after that time. */
  public int terminate(Duration timeout) throws InterruptedException {
    process.destroy();
    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
  }

  /** Sends SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static List<String> program() {
    try {
      Path code =
          Path.of(AgentProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path launcher = code.resolve("../../bin/kextwatch").normalize();
      if (Files.isExecutable(launcher)) {
        return List.of(launcher.toString());
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the location of the program is unknown", e);
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(java, "-cp", System.getProperty("java.class.path"), MAIN);
  }
}
