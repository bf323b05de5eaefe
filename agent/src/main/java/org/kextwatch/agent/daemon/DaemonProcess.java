package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.mac.AgentLog;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ThrottledLog;
import org.kextwatch.agent.mac.ToolRunner;
import org.tinylog.Level;
import org.tinylog.Logger;

/** The process of a daemon: it takes the lock, opens the log, starts the watchdog and ends. */
public final class DaemonProcess {
  /** The exit code of every internal error. */
  public static final int FAILED = 70;

  private static final long LAUNCHD = 1;

  /** Before the start is tried again. launchd would not restart the process sooner either. */
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final SystemRoot root;
  private final Consumer<String> say;
  private final Disk disk;
  private final ToolRunner tools;
  private final Watchdog watchdog;
  private final Turn turn;
  private final Duration tick;
  private final ThrottledLog start = new ThrottledLog("The start");

  private volatile @Nullable Daemon daemon;

  /**
   * Makes the daemon of this process.
   *
   * @param say prints messages while there is no log
   */
  public DaemonProcess(SystemRoot root, Consumer<String> say) {
    this(root, say, Seams.production(root));
  }

  DaemonProcess(SystemRoot root, Consumer<String> say, Seams seams) {
    this.root = root;
    this.say = say;
    this.disk = seams.disk();
    this.tools = new ToolRunner(root);
    this.watchdog = new Watchdog(tools::ended, seams.watchdogTick(), seams.patience());
    this.tick = seams.tick();
    this.turn =
        new Turn(
            root.resolve(AgentPaths.LOCK),
            seams.isLaunchds(),
            say,
            watchdog::stepEnded,
            seams.limits());
  }

  /**
   * Runs until SIGTERM, which ends the whole process with 0. If the agent cannot save anything, it
   * prints that and tries again, because launchd would restart a process that ends.
   *
   * @return false if another agent runs here, and launchd did not start this one
   */
  public boolean run() throws InterruptedException {
    Thread stop = new Thread(this::stop, "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    Thread.setDefaultUncaughtExceptionHandler(this::threadEnded);
    watchdog.start();
    try {
      while (true) {
        try {
          return live();
        } catch (IOException e) {
          String why = "the state cannot be kept: " + e.getMessage() + " (try: kextwatch doctor)";
          start.failed(why, Moment.now()).ifPresent(say);
        }
        watchdog.stepEnded();
        Thread.sleep(root.shortened(PAUSE).toMillis());
      }
    } catch (Throwable e) {
      Logger.error(e, "Kextwatch fails");
      throw e;
    } finally {
      release(stop);
    }
  }

  private boolean live() throws IOException {
    disk.makePrivateFolder(root.resolve(AgentPaths.STATE_FOLDER));
    Optional<InstanceLock> lock = turn.await();
    if (lock.isEmpty()) {
      return false;
    }
    try (InstanceLock held = lock.get()) {
      LiveSettings settings = new LiveSettings(root, Moment.now());
      AgentLog.open(root, Level.valueOf(settings.inForce().get(Keys.LOG_LEVEL).name()));
      Logger.info("Kextwatch {} starts below {}", Version.current(), root);
      settings.warnings().forEach(Logger::warn);
      Agent agent = Agent.open(root, tools, disk, settings, true);
      StopCause cause = new StopCause(root.resolve(AgentPaths.STOP_CAUSE), disk);
      Daemon begun = new Daemon(agent, cause, watchdog, tick);
      daemon = begun;
      begun.runUntilStopped();
      return true;
    }
  }

  /** Runs in the shutdown hook, after which the exit code would be that of the signal. */
  private void stop() {
    try {
      Daemon begun = daemon;
      if (begun != null) {
        begun.stop();
      }
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }

  private void threadEnded(Thread thread, Throwable e) {
    Logger.error(e, "The thread {} has failed", thread.getName());
    say.accept("the thread " + thread.getName() + " has failed: " + e);
  }

  private static void release(Thread stop) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // the hook runs already and ends this process
    }
  }

  /**
   * What tests replace.
   *
   * @param isLaunchds whether launchd started this process
   * @param tick of the daemon
   * @param watchdogTick of the watchdog
   * @param patience of the watchdog
   */
  record Seams(
      boolean isLaunchds,
      Disk disk,
      Duration tick,
      Duration watchdogTick,
      Duration patience,
      Turn.Limits limits) {
    static Seams production(SystemRoot root) {
      return new Seams(
          isLaunchd(ProcessHandle.current().parent().map(ProcessHandle::pid)),
          new Disk(),
          root.shortened(Schedule.TICK),
          StallDetector.TICK,
          StallDetector.PATIENCE,
          Turn.Limits.USUAL);
    }

    static boolean isLaunchd(Optional<Long> parent) {
      return parent.filter(pid -> pid == LAUNCHD).isPresent();
    }
  }
}
