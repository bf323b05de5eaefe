package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
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
  private final Mac mac;
  private final BiFunction<Settings, Instant, Attempt> loader;
  private final Assessor assessor = new Assessor();
  private final Ledger ledger;
  private final Reporter reporter;
  private final Consumer<Status> statusFile;
  private final Supplier<Moment> clock;

  private @Nullable Moment lastLook;

  Cycle(MacProbe observer, Loader loader, Ledger ledger, Reporter reporter, StatusFile statusFile) {
    this(observer, loader::load, ledger, reporter, statusFile::write, Moment::now);
  }

  Cycle(
      Mac mac,
      BiFunction<Settings, Instant, Attempt> loader,
      Ledger ledger,
      Reporter reporter,
      Consumer<Status> statusFile,
      Supplier<Moment> clock) {
    this.mac = mac;
    this.loader = loader;
    this.ledger = ledger;
    this.reporter = reporter;
    this.statusFile = statusFile;
    this.clock = clock;
  }

  /**
   * One cycle. What was seen is told before anything is done about it: loading takes minutes at
   * worst, and a kernel extension can take the Mac down.
   *
   * @throws CancellationException if the agent is stopping: what was seen meanwhile means nothing
   */
  Result run(Scope look, Settings settings, CycleOptions permits, Moment now) {
    MacProbe.Snapshot seen = observe(look, settings, now);
    Assessment judged = judge(seen, settings, now);
    Status status = judged.status();
    if (permits.report()) {
      reporter.tell(judged, settings.pace().heartbeat().toSeconds());
    }
    statusFile.accept(status);
    if (look == Scope.FULL) {
      reporter.looked(FinishedLook.of(status, now, clock.get()));
    }
    Decision decision = decide(seen, settings, now);
    if (!(decision instanceof Decision.Load load)) {
      return new Result(
          judged, null, confirmAt(settings, now), ((Decision.Nothing) decision).lookAgainAt());
    }
    Outcome outcome =
        permits.act() ? act(load.trigger(), status, settings, permits, now).outcome() : null;
    return new Result(judged, outcome, confirmAt(settings, now), null);
  }

  private @Nullable Instant confirmAt(Settings settings, Moment now) {
    return ledger.state().lookAgainAt(now.wall(), settings.pace().confirm());
  }

  private MacProbe.Snapshot observe(Scope look, Settings settings, Moment now) {
    Hardware machine = mac.hardware(settings, now);
    refuseIfStopping();
    reporter.belongsTo(machine);
    MacProbe.Snapshot seen = mac.look(look, settings, ledger.state(), machine, now);
    refuseIfStopping();
    return seen;
  }

  private Assessment judge(MacProbe.Snapshot seen, Settings settings, Moment now) {
    AgentState agent = reporter.agentState().with(seen.warnings());
    State before = ledger.state().later(unlived(now));
    Assessment judged =
        assessor.assess(seen.observation(), seen.history(), before, settings, agent, now);
    State state = before.after(judged, seen.history(), settings.pace());
    ledger.keep(state);
    return state.steadiness().isSettling() ? judged.whileSettling() : judged;
  }

  /** How long the Mac has slept since the last look, or how far its clock was set ahead. */
  private Duration unlived(Moment now) {
    Moment last = lastLook;
    lastLook = now;
    return last != null && now.isAwakenedSince(last) ? now.jumpSince(last) : Duration.ZERO;
  }

  private Decision decide(MacProbe.Snapshot seen, Settings settings, Moment now) {
    return Remedy.decide(
        seen.observation().extension(),
        seen.history(),
        settings.loading(),
        mac.hasConsoleUser(),
        mac.isBigSurOrLater(),
        now.wall());
  }

  /** The attempt is counted before it is made: not even a crash loop exceeds the settings. */
  private Attempt act(
      Trigger trigger, Status status, Settings settings, CycleOptions permits, Moment now) {
    LoadHistory before = ledger.state().loads();
    ledger.keep(ledger.state().with(before.beginning(now.wall(), trigger)));
    Attempt attempt = loader.apply(settings, now.wall());
    refuseIfStopping();
    if (permits.report() && attempt.isNews(trigger, before.last())) {
      reporter.attempted(status, attempt, trigger);
    }
    ledger.keep(ledger.state().with(ledger.state().loads().ended(attempt)));
    return attempt;
  }

  private void refuseIfStopping() {
    if (mac.isStopping()) {
      throw new CancellationException("stopping");
    }
  }

  /** The Mac, as a cycle sees it. */
  interface Mac {
    /** Which machine this is. */
    Hardware hardware(Settings settings, Moment now);

    /** One look at Defender and its extension. */
    MacProbe.Snapshot look(
        Scope look, Settings settings, State state, Hardware machine, Moment now);

    /** Whether kexts can only be leftovers here; a Mac that does not say is not believed to be. */
    boolean isBigSurOrLater();

    /** Whether somebody is logged in who could click Allow. */
    boolean hasConsoleUser();

    /** Whether the agent is being ended, and with it the tools that it asks. */
    boolean isStopping();
  }

  /** What a cycle may do beyond looking. */
  record CycleOptions(boolean act, boolean report) {}

  /**
   * What came of a cycle.
   *
   * @param look what it has seen, and what that means
   * @param outcome of the loader, {@code null} if it did not run
   * @param confirmAt when what is not told yet is to be looked at again, {@code null} if there is
   *     nothing
   * @param actAgainAt when there may be something to do, {@code null} if time will not bring it
   */
  record Result(
      Assessment look,
      @Nullable Outcome outcome,
      @Nullable Instant confirmAt,
      @Nullable Instant actAgainAt) {

    Status status() {
      return look.status();
    }

    /**
     * Whether a change of the approval database is what this Mac waits for. One look that cannot
     * read the database does not end the wait.
     */
    boolean isApprovalAwaited() {
      return switch (look.compared().extension().state()) {
        case AWAITING_APPROVAL, NEVER_REQUESTED -> true;
        default -> false;
      };
    }
  }
}
