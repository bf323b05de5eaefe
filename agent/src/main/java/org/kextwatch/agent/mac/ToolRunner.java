package org.kextwatch.agent.mac;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tools of one Mac: by absolute path, without a shell, in a fixed environment, without
 * input, within a time limit, and keeps a bounded part of their output. If a tool did not end in
 * its time, was ended by us, or left its output open, all processes that it has started are ended
 * too. One that ended by itself and closed its output has left nothing that could disturb us, and
 * is not looked after: on a Mac that would cost a {@code ps} of all processes for each run.
 */
public final class ToolRunner {
  /** The variable by which the processes of one run are found again; its value is unique. */
  static final String RUN_MARKER = "KEXTWATCH_RUN";

  /** Between asking a tool to end and making it end. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final SystemRoot root;
  private final ProcessReaper survivors;
  private final AtomicLong ended = new AtomicLong();

  private volatile boolean stopped;
  private volatile @Nullable Process running;

  public ToolRunner(SystemRoot root) {
    this(root, ProcessReaper.ofThisSystem());
  }

  ToolRunner(SystemRoot root, ProcessReaper survivors) {
    this.root = root;
    this.survivors = survivors;
  }

  /**
   * Runs a tool to its end or to the end of its time, whichever comes first.
   *
   * @param arguments as the tool gets them; no secrets, because every user can list them
   */
  public ToolRun run(Tool tool, Duration timeout, List<String> arguments) {
    Path program = root.resolve(tool.macPath());
    if (isEnding()) {
      return stopped(program);
    }
    Optional<ToolRun.NotRun> refusal = refusal(program).or(() -> distrust(program));
    return refusal.isPresent() ? refusal.get() : run(program, timeout, arguments);
  }

  /**
   * Runs mdatp, as {@link #run} does: exactly the file that the caller has resolved and checked.
   *
   * @return {@link ToolRun.FailureCause#REPLACED}, without running it, if the file has changed
   *     since
   */
  public ToolRun run(DefenderProgram mdatp, Duration timeout, List<String> arguments) {
    Path program = mdatp.file();
    if (isEnding()) {
      return stopped(program);
    }
    return mdatp.isUnchanged()
        ? run(program, timeout, arguments)
        : new ToolRun.NotRun(
            ToolRun.FailureCause.REPLACED, program + " was replaced after it was checked");
  }

  private boolean isEnding() {
    return stopped || Thread.currentThread().isInterrupted();
  }

  private ToolRun run(Path program, Duration timeout, List<String> arguments) {
    String marker = UUID.randomUUID().toString();
    Process process;
    try {
      process = start(program, arguments, marker);
    } catch (IOException e) {
      return new ToolRun.NotRun(
          ToolRun.FailureCause.NOT_EXECUTABLE,
          "%s does not start: %s".formatted(program, e.getMessage()));
    }
    running = process;
    if (stopped) {
      process.toHandle().destroyForcibly(); // it started while stop() looked for it
    }
    BoundedOutput stdout = BoundedOutput.drain(process.getInputStream());
    BoundedOutput stderr = BoundedOutput.drain(process.getErrorStream());
    try {
      boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        end(process);
      }
      if (!ended || stopped || !stdout.awaitEnd() || !stderr.awaitEnd()) {
        survivors.kill(marker);
      }
      String out = stdout.text();
      String err = stderr.text();
      if (stopped) {
        return stopped(program);
      }
      return ended
          ? new ToolRun.Finished(process.exitValue(), out, err)
          : new ToolRun.TimedOut(out, err);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      survivors.kill(marker);
      Thread.currentThread().interrupt();
      return stopped(program);
    } finally {
      running = null;
      ended.incrementAndGet();
    }
  }

  /** The number of runs that have ended, with any result. For any thread. */
  public long ended() {
    return ended.get();
  }

  /**
   * Ends the running tool within seconds and lets no other start, because the agent is shutting
   * down: from now on every run is {@link ToolRun.FailureCause#INTERRUPTED}. Unlike an interrupt it
   * does not disturb files that the same thread is writing.
   */
  public void stop() {
    stopped = true;
    Process process = running;
    if (process != null) {
      try {
        end(process);
      } catch (InterruptedException e) {
        process.toHandle().destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether it was stopped, so that the result of the last run means nothing. */
  public boolean isStopped() {
    return stopped;
  }

  private static ToolRun.NotRun stopped(Path program) {
    return new ToolRun.NotRun(
        ToolRun.FailureCause.INTERRUPTED, program + " cancelled: the agent is shutting down");
  }

  private static Process start(Path program, List<String> arguments, String marker)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(new File("/"));
    builder.redirectInput(new File("/dev/null"));
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    environment.put("LANG", "C");
    environment.put("HOME", "/var/empty");
    environment.put(RUN_MARKER, marker);
    return builder.start();
  }

  private static void end(Process process) throws InterruptedException {
    List<ProcessHandle> started =
        process.descendants().toList(); // their parent is unknown once it has ended
    ProcessHandle tool = process.toHandle(); // unlike the process it leaves the output open
    try {
      tool.destroy();
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        tool.destroyForcibly();
        process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } finally {
      started.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /**
   * Why a tool would not be run, without running it; empty if it would be. Whether mdatp is trusted
   * is decided by {@link DefenderProgram#check}.
   */
  public Optional<ToolRun.NotRun> refusal(Tool tool) {
    Path program = root.resolve(tool.macPath());
    Optional<ToolRun.NotRun> refusal = refusal(program);
    return tool == Tool.MDATP ? refusal : refusal.or(() -> distrust(program));
  }

  private static Optional<ToolRun.NotRun> refusal(Path program) {
    if (!Files.exists(program)) {
      return Optional.of(
          new ToolRun.NotRun(ToolRun.FailureCause.MISSING, program + " is not there"));
    }
    return Files.isRegularFile(program) && Files.isExecutable(program)
        ? Optional.empty()
        : Optional.of(
            new ToolRun.NotRun(
                ToolRun.FailureCause.NOT_EXECUTABLE, program + " is not an executable file"));
  }

  private static Optional<ToolRun.NotRun> distrust(Path program) {
    try {
      TrustedFile.check(program);
      return Optional.empty();
    } catch (RefusedPathException e) {
      return Optional.of(new ToolRun.NotRun(ToolRun.FailureCause.NOT_TRUSTED, e.reason()));
    }
  }
}
