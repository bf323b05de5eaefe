package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.MacProbe.Snapshot;
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
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** One cycle: observe, judge, report, decide, act. */
final class Cycle {
  private final Mac mac;
  private final BiFunction<Settings, Instant, Attempt> loader;
  private final Assessor assessor = new Assessor();
  private final Ledger ledger;
  private final Reporter reporter;
  private final Consumer<Status> statusFile;
  private final Supplier<Moment> clock;

  private @Nullable Moment lastLook;

  Cycle(MacProbe mac, Loader loader, Ledger ledger, Reporter reporter, StatusFile statusFile) {
    this(mac, loader::load, ledger, reporter, statusFile::write, Moment::now);
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
   * Runs one cycle. The status is reported before the loader runs, because a load takes minutes at
   * worst, and a kernel extension can crash the Mac.
   *
   * @throws CancellationException if the agent is shutting down: answers of tools that were stopped
   *     do not count
   */
  CycleResult run(Scope look, Settings settings, CycleOptions options, Moment now) {
    Duration slept = sleptSinceLastLook(now);
    Scope scope = look;
    Snapshot seen = observe(scope, settings, now);
    State before = ledger.state().later(slept); // only now it says which machine this is
    Assessment judged = judge(seen, before, settings, now);
    if (scope != Scope.FULL && isResolved(before, judged)) {
      scope = Scope.FULL;
      seen = observe(scope, settings, now);
      before = ledger.state().later(slept);
      judged = judge(seen, before, settings, now);
    }
    judged = keep(judged, before, seen, settings);
    report(judged, settings, options);
    finishLook(scope, judged, now);
    Decision decision = decide(seen, settings, now);
    Outcome outcome = act(decision, judged.status(), settings, options, now);
    return result(judged, decision, outcome, settings, now);
  }

  private Snapshot observe(Scope look, Settings settings, Moment now) {
    Hardware machine = mac.hardware(settings, now);
    throwIfStopping();
    reporter.identify(machine);
    Snapshot seen = mac.look(look, settings, ledger.state(), machine, now);
    throwIfStopping();
    return seen;
  }

  private Assessment judge(Snapshot seen, State before, Settings settings, Moment now) {
    AgentState agent = reporter.agentState().with(seen.warnings());
    return assessor.assess(seen.observation(), seen.history(), before, settings, agent, now);
  }

  /**
   * Whether the Mac came to be protected. A look at the extension alone knows only what Defender
   * said minutes ago, which may have been before somebody installed it again.
   */
  private static boolean isResolved(State before, Assessment judged) {
    return Transition.between(before.told(), judged.compared()) == Transition.RESOLVED;
  }

  private Assessment keep(Assessment judged, State before, Snapshot seen, Settings settings) {
    State state = before.after(judged, seen.history(), settings);
    ledger.keep(state);
    return state.steadiness().isSettling() ? judged.whileSettling() : judged;
  }

  /** How long the Mac has slept since the last look, or how far its clock was set ahead. */
  private Duration sleptSinceLastLook(Moment now) {
    Moment last = lastLook;
    lastLook = now;
    return last != null && now.isAwakenedSince(last) ? now.jumpSince(last) : Duration.ZERO;
  }

  private void report(Assessment judged, Settings settings, CycleOptions options) {
    if (options.report()) {
      reporter.report(judged, settings.get(Keys.HEARTBEAT).toSeconds());
    }
    statusFile.accept(judged.status());
  }

  private void finishLook(Scope look, Assessment judged, Moment began) {
    if (look == Scope.FULL) {
      reporter.finishLook(new FinishedLook(began, clock.get(), judged.interval()));
    }
  }

  private Decision decide(Snapshot seen, Settings settings, Moment now) {
    return Remedy.decide(
        seen.observation().extension(),
        seen.history(),
        settings,
        mac.hasConsoleUser(),
        mac.isBigSurOrLater(),
        now.wall());
  }

  /** Returns {@code null} if the loader did not run. */
  private @Nullable Outcome act(
      Decision decision, Status status, Settings settings, CycleOptions options, Moment now) {
    return decision instanceof Decision.Load load && options.act()
        ? load(load.trigger(), status, settings, options, now).outcome()
        : null;
  }

  /** The attempt is counted before it is made, so that a crash loop cannot exceed the limit. */
  private Attempt load(
      Trigger trigger, Status status, Settings settings, CycleOptions options, Moment now) {
    LoadHistory before = ledger.state().loads();
    ledger.keep(ledger.state().with(before.beginning(now.wall(), trigger)));
    Attempt attempt = loader.apply(settings, now.wall());
    throwIfStopping();
    if (options.report() && attempt.isNews(trigger, before.last())) {
      reporter.reportAttempt(status, attempt, trigger);
    }
    ledger.keep(ledger.state().with(ledger.state().loads().ended(attempt)));
    return attempt;
  }

  private CycleResult result(
      Assessment judged,
      Decision decision,
      @Nullable Outcome outcome,
      Settings settings,
      Moment now) {
    Instant confirmAt = ledger.state().lookAgainAt(now.wall(), settings.get(Keys.CONFIRM));
    Instant actAgainAt =
        decision instanceof Decision.Nothing nothing ? nothing.lookAgainAt() : null;
    return new CycleResult(judged, outcome, confirmAt, actAgainAt);
  }

  private void throwIfStopping() {
    if (mac.isStopping()) {
      throw new CancellationException("the agent is shutting down");
    }
  }

  /** The Mac, as a cycle sees it. */
  interface Mac {
    /** Which machine this is. */
    Hardware hardware(Settings settings, Moment now);

    /** Looks once at Defender and its extension. */
    Snapshot look(Scope look, Settings settings, State state, Hardware machine, Moment now);

    /** Whether kexts can only be leftovers here; false if the version cannot be read. */
    boolean isBigSurOrLater();

    /** Whether a user is logged in who can click Allow. */
    boolean hasConsoleUser();

    /** Whether the agent is shutting down, and its tools are being stopped. */
    boolean isStopping();
  }

  /**
   * What a cycle may do beyond looking.
   *
   * @param act run the loader
   * @param report commit events, and change the state that later looks are compared with
   */
  record CycleOptions(boolean act, boolean report) {}

  /**
   * The result of a cycle.
   *
   * @param outcome of the loader, {@code null} if it did not run
   * @param confirmAt when a change that is held must be confirmed, {@code null} for no such change
   * @param actAgainAt when the decision may change without a change of the Mac, {@code null} for
   *     never
   */
  record CycleResult(
      Assessment look,
      @Nullable Outcome outcome,
      @Nullable Instant confirmAt,
      @Nullable Instant actAgainAt) {

    Status status() {
      return look.status();
    }

    /** Until the next full look, by the settings. */
    Duration interval() {
      return look.interval();
    }

    /**
     * Whether this Mac waits for approval, so that the approval database is watched. One look that
     * cannot read the database does not end the wait.
     */
    boolean isApprovalAwaited() {
      return look.compared().extension().isAwaited();
    }
  }
}
