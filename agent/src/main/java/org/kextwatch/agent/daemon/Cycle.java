package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Look;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Loader;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Steadiness;
import org.kextwatch.agent.status.Trigger;

/** One cycle, step by step: observe, judge, compare and tell; decide, act, tell. */
final class Cycle {
  private final SystemRoot root;
  private final ToolRunner tools;
  private final Observer observer;
  private final Assessor assessor;
  private final Loader loader;
  private final Ledger ledger;
  private final Reporter reporter;

  Cycle(
      SystemRoot root,
      ToolRunner tools,
      Observer observer,
      Loader loader,
      Ledger ledger,
      Reporter reporter) {
    this.root = root;
    this.tools = tools;
    this.observer = observer;
    this.assessor = new Assessor();
    this.loader = loader;
    this.ledger = ledger;
    this.reporter = reporter;
  }

  /**
   * One cycle. What was seen is told before anything is done about it: loading takes minutes at
   * worst, and a kernel extension can take the Mac down.
   *
   * @throws CancellationException if the agent is stopping: what was seen meanwhile means nothing
   */
  Result run(Look look, Settings settings, Permits permits, Moment now) {
    Observer.Seen seen = observe(look, settings, now);
    Status status = judge(seen, settings, now);
    if (permits.report()) {
      reporter.tell(status, settings.pace().heartbeat().toSeconds());
    }
    Decision decision = decide(seen, settings, now);
    if (!(decision instanceof Decision.Load load)) {
      return new Result(status, false, ((Decision.Nothing) decision).lookAgainAt());
    }
    if (permits.act()) {
      act(load.trigger(), status, settings, permits, now);
    }
    return new Result(status, permits.act(), null);
  }

  private Observer.Seen observe(Look look, Settings settings, Moment now) {
    Observer.Seen seen = observer.look(look, settings, ledger.state(), now);
    refuseIfStopping();
    return seen;
  }

  private Status judge(Observer.Seen seen, Settings settings, Moment now) {
    LoadHistory before = ledger.state().loads();
    AgentState agent = reporter.agentState().with(seen.warnings());
    Status status = assessor.assess(seen.observation(), seen.history(), settings, agent, now);
    Steadiness steadiness =
        ledger
            .state()
            .steadiness()
            .after(
                ledger.state().told(),
                status,
                !Objects.equals(before.bootId(), seen.history().bootId()),
                settings.pace().confirm(),
                settings.pace().settle());
    ledger.keep(ledger.state().with(seen.history()).with(steadiness));
    return steadiness.isSettling() ? status.whileSettling() : status;
  }

  private Decision decide(Observer.Seen seen, Settings settings, Moment now) {
    return Remedy.decide(
        seen.observation().extension(),
        seen.history(),
        settings.loading(),
        Console.hasUser(root),
        observer.isBigSurOrLater(),
        now.wall());
  }

  /** The attempt is counted before it is made: not even a crash loop exceeds the settings. */
  private void act(Trigger trigger, Status status, Settings settings, Permits permits, Moment now) {
    LoadHistory before = ledger.state().loads();
    ledger.keep(ledger.state().with(before.beginning(now.wall(), trigger)));
    Attempt attempt = loader.load(settings, now.wall());
    refuseIfStopping();
    if (permits.report() && isNews(attempt, trigger, before.last())) {
      reporter.attempted(status, attempt, trigger);
    }
    ledger.keep(ledger.state().with(ledger.state().loads().ended(attempt)));
  }

  /** That macOS had loaded it already is a silent success; a renewal fails by design. */
  private static boolean isNews(Attempt attempt, Trigger trigger, @Nullable Attempt before) {
    return !attempt.isSilentSuccess()
        && (trigger == Trigger.APPROVED || before == null || before.outcome() != attempt.outcome());
  }

  private void refuseIfStopping() {
    if (tools.isStopped()) {
      throw new CancellationException("stopping");
    }
  }

  /** What a cycle may do beyond looking. */
  record Permits(boolean act, boolean report) {
    static final Permits ALL = new Permits(true, true);
  }

  /**
   * What came of a cycle.
   *
   * @param loaderRan whether everything should be looked at again now
   * @param actAgainAt when there may be something to do, {@code null} if time will not bring it
   */
  record Result(Status status, boolean loaderRan, @Nullable Instant actAgainAt) {}
}
