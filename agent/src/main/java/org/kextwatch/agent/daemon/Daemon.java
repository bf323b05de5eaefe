package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.Fingerprint;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.AgentLog;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.ThrottledLog;
import org.tinylog.Logger;

/** Looks whenever a look is due, until it is told to stop. */
final class Daemon {
  /** launchd has been seen to kill what has not ended five seconds after SIGTERM. */
  private static final Duration STOP = Duration.ofMillis(3_500);

  /** How much of that the last events get to be delivered in. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /** While approval is awaited the database's files are looked at this often, by stat alone. */
  private static final Duration WATCH = Duration.ofSeconds(1);

  private final Agent agent;
  private final StopCause stopCause;
  private final Watchdog watchdog;
  private final Duration tick;
  private final ThrottledLog complaint = new ThrottledLog("A cycle");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Moment lastTick = Moment.now();
  private Schedule schedule = Schedule.atOnce(lastTick);
  private @Nullable Fingerprint awaiting;
  private List<String> stamps = List.of();

  /**
   * Makes one that looks at everything at once.
   *
   * @param tick how often the files are looked at
   */
  Daemon(Agent agent, StopCause stopCause, Watchdog watchdog, Duration tick) {
    this.agent = agent;
    this.stopCause = stopCause;
    this.watchdog = watchdog;
    this.tick = tick;
    stopCause.forget();
    watchdog.use(agent.settings().inForce());
  }

  /** Until {@link #stop}. */
  void runUntilStopped() {
    agent.delivery().start();
    try {
      while (!isStopping()) {
        Moment now = wake();
        watchSettings(now);
        watchApproval(now);
        lookIfDue(now);
        watchdog.stepEnded();
        nap();
      }
      sayGoodbye();
    } finally {
      ended.countDown();
    }
  }

  private Moment wake() {
    Moment now = Moment.now();
    schedule = schedule.awake(lastTick, now);
    lastTick = now;
    return now;
  }

  /** Whatever they ask for is done, and told, at once. */
  private void watchSettings(Moment now) {
    if (agent.settings().refresh(now)) {
      agent.delivery().use(agent.settings().inForce());
      watchdog.use(agent.settings().inForce());
      schedule = new Schedule(now, schedule.followUps(), schedule.approval());
    }
  }

  /** Stamps are hints: everything is read again at each full look, whatever they say. */
  private void watchApproval(Moment now) {
    if (!agent.extensionReader().stamps().equals(stamps)) {
      schedule = schedule.approvalAt(now);
    }
    if (awaiting != null && !awaiting.equals(agent.extensionReader().fingerprint())) {
      schedule = schedule.approvalAt(now);
    }
  }

  private void lookIfDue(Moment now) {
    Scope due = schedule.due(now);
    if (due != null) {
      cycle(due, now);
    }
  }

  /** Whatever a cycle stumbles over, the next one comes. */
  private void cycle(Scope look, Moment now) {
    Settings settings = agent.settings().inForce();
    try {
      stamps = agent.extensionReader().stamps();
      Fingerprint before = agent.extensionReader().fingerprint();
      Cycle.Result result =
          agent.cycle().run(look, settings, new CycleOptions(agent.settings().mayAct(), true), now);
      plan(look, result, before);
      complaint.worked().ifPresent(Logger::info);
    } catch (CancellationException e) {
      Logger.debug("a cycle was cut short");
    } catch (Throwable e) { // an Error too: it may be of this look alone
      complaint.failed(e.toString(), now).ifPresent(line -> Logger.error(e, line));
      awaiting = null; // or what it stumbles over would be looked at each second
      schedule = schedule.after(look, Moment.now(), settings.pace().atRisk(), null);
    }
  }

  private void plan(Scope look, Cycle.Result result, Fingerprint before) {
    awaiting = result.isApprovalAwaited() ? before : null;
    schedule = schedule.after(look, Moment.now(), result);
  }

  private void nap() {
    Duration nap = schedule.nap(Moment.now());
    if (tick.compareTo(nap) < 0) {
      nap = tick;
    }
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
    agent.reporter().stopping(stopCause.take());
    agent.delivery().stop(FAREWELL);
    Logger.info("Kextwatch ends");
    AgentLog.close();
  }

  /** From another thread: ends what runs, and waits for the end, but not for long. */
  void stop() {
    stopping.countDown();
    agent.tools().stop();
    try {
      ended.await(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
