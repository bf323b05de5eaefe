package org.kextwatch.agent.daemon;

import java.time.Instant;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Schedule.Look;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Loader;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
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
  private final StatusFile statusFile;

  Cycle(
      SystemRoot root,
      ToolRunner tools,
      Observer observer,
      Loader loader,
      Ledger ledger,
      Reporter reporter,
      StatusFile statusFile) {
    this.root = root;
    this.tools = tools;
    this.observer = observer;
    this.assessor = new Assessor();
    this.loader = loader;
    this.ledger = ledger;
    this.reporter = reporter;
    this.statusFile = statusFile;
  }

  /**
   * One cycle. What was seen is told before anything is done about it: loading takes minutes at
   * worst, and a kernel extension can take the Mac down.
   *
   * @throws CancellationException if the agent is stopping: what was seen meanwhile means nothing
   */
  Result run(Look look, Settings settings, Permits permits, Moment now) {
    Observer.Seen seen = observe(look, settings, now);
    Assessment judged = judge(seen, settings, now);
    Status status = judged.status();
    if (permits.report()) {
      reporter.tell(judged, settings.pace().heartbeat().toSeconds());
    }
    statusFile.write(status);
    if (look == Look.FULL) {
      reporter.looked(FinishedLook.of(status, now, Moment.now()));
    }
    Decision decision = decide(seen, settings, now);
    if (!(decision instanceof Decision.Load load)) {
      return new Result(
          status, null, confirmAt(settings, now), ((Decision.Nothing) decision).lookAgainAt());
    }
    Outcome outcome =
        permits.act() ? act(load.trigger(), status, settings, permits, now).outcome() : null;
    return new Result(status, outcome, confirmAt(settings, now), null);
  }

  private @Nullable Instant confirmAt(Settings settings, Moment now) {
    return ledger.state().lookAgainAt(now.wall(), settings.pace().confirm());
  }

  private Observer.Seen observe(Look look, Settings settings, Moment now) {
    Hardware machine = observer.hardware(settings, now);
    refuseIfStopping();
    reporter.belongsTo(machine);
    Observer.Seen seen = observer.look(look, settings, ledger.state(), machine, now);
    refuseIfStopping();
    return seen;
  }

  private Assessment judge(Observer.Seen seen, Settings settings, Moment now) {
    AgentState agent = reporter.agentState().with(seen.warnings());
    Assessment judged =
        assessor.assess(seen.observation(), seen.history(), ledger.state(), settings, agent, now);
    State state = ledger.state().after(judged, seen.history(), settings.pace());
    ledger.keep(state);
    return state.steadiness().isSettling() ? judged.whileSettling() : judged;
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
  private Attempt act(
      Trigger trigger, Status status, Settings settings, Permits permits, Moment now) {
    LoadHistory before = ledger.state().loads();
    ledger.keep(ledger.state().with(before.beginning(now.wall(), trigger)));
    Attempt attempt = loader.load(settings, now.wall());
    refuseIfStopping();
    if (permits.report() && attempt.isNews(trigger, before.last())) {
      reporter.attempted(status, attempt, trigger);
    }
    ledger.keep(ledger.state().with(ledger.state().loads().ended(attempt)));
    return attempt;
  }

  private void refuseIfStopping() {
    if (tools.isStopped()) {
      throw new CancellationException("stopping");
    }
  }

  /** What a cycle may do beyond looking. */
  record Permits(boolean act, boolean report) {}

  /**
   * What came of a cycle.
   *
   * @param outcome of the loader, {@code null} if it did not run
   * @param confirmAt when what is not told yet is to be looked at again, {@code null} if there is
   *     nothing
   * @param actAgainAt when there may be something to do, {@code null} if time will not bring it
   */
  record Result(
      Status status,
      @Nullable Outcome outcome,
      @Nullable Instant confirmAt,
      @Nullable Instant actAgainAt) {

    /** Whether a change of the approval database is what this Mac waits for. */
    boolean isApprovalAwaited() {
      return switch (status.extension().state()) {
        case AWAITING_APPROVAL, NEVER_REQUESTED -> true;
        default -> false;
      };
    }
  }
}
