package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.Fingerprint;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.config.SettingsReading;
import org.kextwatch.agent.daemon.Cycle.Permits;
import org.kextwatch.agent.daemon.Schedule.Look;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.report.EventData;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.tinylog.Logger;

/** Looks whenever a look is due, until it is told to stop. */
public final class Daemon {
  /** launchd has been seen to kill what has not ended five seconds after SIGTERM. */
  private static final Duration STOP = Duration.ofMillis(3_500);

  /** How much of that the last events get to be delivered in. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /** While approval is awaited the database's files are looked at this often, by stat alone. */
  private static final Duration WATCH = Duration.ofSeconds(1);

  /** And it is asked this often, even if its files seem untouched. */
  private static final Duration QUERY = Duration.ofSeconds(30);

  private final Agent agent;
  private final Complaint complaint = new Complaint("A cycle");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Schedule schedule = Schedule.atOnce(Moment.now());
  private @Nullable Fingerprint awaiting;

  private Daemon(Agent agent) {
    this.agent = agent;
  }

  /**
   * Runs until SIGTERM, which ends the whole process with 0.
   *
   * @return false, at once, if another agent runs here
   * @throws IOException if this Mac does not let the agent keep anything
   */
  public static boolean run(SystemRoot root) throws IOException {
    Places places = Places.of(root);
    places.make(new Disk());
    Optional<InstanceLock> lock = InstanceLock.take(places.lock());
    if (lock.isEmpty()) {
      return false;
    }
    try (InstanceLock held = lock.get()) {
      SettingsReading settings = new SettingsReader(root).read();
      AgentLog.open(root, settings.settings().logLevel());
      Logger.info("Kextwatch {} starts below {}", Version.current(), root);
      Daemon daemon = new Daemon(Agent.open(root, settings, true));
      Runtime.getRuntime().addShutdownHook(new Thread(daemon::stop, "stop"));
      daemon.runUntilStopped();
      return true;
    }
  }

  private void runUntilStopped() {
    agent.delivery().start();
    try {
      while (!isStopping()) {
        Moment now = Moment.now();
        watchApproval(now);
        Look due = schedule.due(now);
        if (due != null) {
          cycle(due, now);
        }
        nap();
      }
      sayGoodbye();
    } finally {
      ended.countDown();
    }
  }

  private void watchApproval(Moment now) {
    if (awaiting != null && !awaiting.equals(agent.extensionReader().fingerprint())) {
      schedule = schedule.approvalAt(now);
    }
  }

  /** Whatever a cycle stumbles over, the next one comes. */
  private void cycle(Look look, Moment now) {
    Settings settings = agent.settings();
    try {
      Fingerprint before = agent.extensionReader().fingerprint();
      Cycle.Result result = agent.cycle().run(look, settings, Permits.ALL, now);
      plan(look, result, before);
      agent.statusFile().write(result.status());
      complaint.worked().ifPresent(Logger::info);
    } catch (CancellationException e) {
      Logger.debug("a cycle was cut short");
    } catch (RuntimeException e) {
      complaint.failed(e.toString(), now).ifPresent(line -> Logger.error(e, line));
      schedule = schedule.after(look, Moment.now(), settings.pace().atRisk(), null);
    }
  }

  private void plan(Look look, Cycle.Result result, Fingerprint before) {
    Status status = result.status();
    Moment now = Moment.now();
    boolean awaited = status.reason() == Reason.AWAITING_APPROVAL;
    awaiting = awaited ? before : null;
    Duration interval = Duration.ofSeconds(status.agent().healthIntervalSeconds());
    schedule = schedule.after(look, now, interval, nextApproval(now, awaited, result));
    if (result.loaderRan()) {
      schedule = schedule.afterLoad(now);
    }
  }

  private static @Nullable Moment nextApproval(Moment now, boolean awaited, Cycle.Result result) {
    Moment query = awaited ? now.plus(QUERY) : null;
    if (result.actAgainAt() == null) {
      return query;
    }
    Moment act = now.plus(Duration.between(now.wall(), result.actAgainAt()));
    return query == null || act.wall().isBefore(query.wall()) ? act : query;
  }

  private void nap() {
    Duration nap = schedule.nap(Moment.now());
    if (awaiting != null && WATCH.compareTo(nap) < 0) {
      nap = WATCH;
    }
    try {
      stopping.await(nap.toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      stopping.countDown(); // nobody interrupts this thread but to end it
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void sayGoodbye() {
    agent.reporter().stopping(EventData.Cause.SIGNAL);
    agent.delivery().stop(FAREWELL);
    Logger.info("Kextwatch ends");
    AgentLog.close();
  }

  /** Runs in the shutdown hook, after which the exit code would be that of the signal. */
  private void stop() {
    stopping.countDown();
    agent.tools().stop();
    try {
      ended.await(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }
}
