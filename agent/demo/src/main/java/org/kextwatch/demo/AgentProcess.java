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

/** The real daemon, as a process of its own, for a Mac that is a directory. */
public final class AgentProcess implements AutoCloseable {
  private static final String MAIN = "org.kextwatch.agent.cli.Main";

  private final Process process;

  private AgentProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts it as launchd would, by the launcher if this program was started by one.
   *
   * @param output gets what it prints, which is nothing if all is well
   */
  public static AgentProcess start(Path root, Path output) throws IOException {
    return start(program(), root, output);
  }

  /** Starts it by another program, such as one that is laid out to be installed. */
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

  /** Of the Java itself: the launcher becomes it. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** As launchd ends it: SIGTERM; how it ended, or -1 if it did not within the time. */
  public int terminate(Duration patience) throws InterruptedException {
    process.destroy();
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
  }

  /** As a power cut would: SIGKILL. */
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
      throw new IllegalStateException("the program does not know where it is", e);
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(java, "-cp", System.getProperty("java.class.path"), MAIN);
  }
}
