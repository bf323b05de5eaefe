package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Plan.Stamps;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.AgentLog;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.ThrottledLog;
import org.tinylog.Logger;

/** The main loop: runs a cycle whenever one is due, until {@link #stop}. */
final class Daemon {
  /** launchd has been seen to kill a process that has not ended five seconds after SIGTERM. */
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(3_500);

  /** How much of that time the delivery of the last events may take. */
  private static final Duration LAST_DELIVERY = Duration.ofSeconds(2);

  private final Agent agent;
  private final StopCause stopCause;
  private final Watchdog watchdog;
  private final Duration tick;
  private final ThrottledLog failures = new ThrottledLog("A cycle");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Plan plan;

  /**
   * A daemon whose first full look is due at once.
   *
   * @param tick the longest sleep between two checks of the files
   */
  Daemon(Agent agent, StopCause stopCause, Watchdog watchdog, Duration tick) {
    this.agent = agent;
    this.stopCause = stopCause;
    this.watchdog = watchdog;
    this.tick = tick;
    this.plan = Plan.starting(Moment.now(), agent.splay());
    stopCause.forget();
    watchdog.use(agent.settings().inForce());
  }

  /** Runs until {@link #stop}. */
  void runUntilStopped() {
    agent.delivery().start();
    try {
      while (!isStopping()) {
        Moment now = Moment.now();
        noticeWake(now);
        applyChangedSettings(now);
        Stamps stamps = stamps();
        plan = plan.check(now, stamps);
        Scope due = plan.due();
        if (due != null) {
          cycle(due, stamps, now);
        }
        watchdog.stepEnded();
        sleep();
      }
      finish();
    } finally {
      ended.countDown();
    }
  }

  /** The delivery sleeps by a clock that stood still as long as the Mac slept. */
  private void noticeWake(Moment now) {
    if (now.isAwakenedSince(plan.checkedAt())) {
      agent.delivery().wake();
    }
  }

  /** Changed settings are applied, and reported, at once. */
  private void applyChangedSettings(Moment now) {
    if (agent.settings().refresh(now)) {
      agent.delivery().use(agent.settings().inForce());
      watchdog.use(agent.settings().inForce());
      plan = plan.fullLookAt(now);
    }
  }

  private Stamps stamps() {
    return new Stamps(agent.extensionReader().stamps(), agent.extensionReader().databaseStamps());
  }

  /** Runs one cycle. A failure is logged, and the next cycle comes at its time. */
  private void cycle(Scope look, Stamps stamps, Moment now) {
    Settings settings = agent.settings().inForce();
    CycleOptions options = new CycleOptions(agent.settings().mayAct(), true);
    try {
      Cycle.CycleResult result = agent.cycle().run(look, settings, options, now);
      plan = plan.after(look, stamps, result, Moment.now());
      failures.worked().ifPresent(Logger::info);
    } catch (CancellationException e) {
      Logger.debug("a cycle was cancelled because the agent is shutting down");
    } catch (Throwable e) { // an Error too: it may concern this look only
      failures.failed(e.toString(), now).ifPresent(line -> Logger.error(e, line));
      plan = plan.afterFailure(look, stamps, settings.get(Keys.AT_RISK), Moment.now());
    }
  }

  /** Sleeps until something may be due, or until an awaited approval may have come. */
  private void sleep() {
    Moment start = Moment.now();
    Duration next = plan.schedule().nap(start);
    Moment end = start.plus(tick.compareTo(next) < 0 ? tick : next);
    Duration left = end.until(start);
    do {
      sleep(plan.glance(left));
      left = end.until(Moment.now());
    } while (!isStopping() && !left.isZero() && !isApprovalNews());
  }

  private boolean isApprovalNews() {
    return plan.isApprovalNews(agent.extensionReader().databaseStamps());
  }

  private void sleep(Duration time) {
    try {
      stopping.await(time.toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      stopping.countDown(); // this thread is interrupted only to end it
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void finish() {
    agent.reporter().reportStop(stopCause.take());
    agent.delivery().stop(LAST_DELIVERY);
    Logger.info("Kextwatch ends");
    AgentLog.close();
    agent.systemLog().tellEnd();
  }

  /** Called in another thread: cancels the running cycle and waits a short time for the end. */
  void stop() {
    stopping.countDown();
    agent.tools().stop();
    try {
      ended.await(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
