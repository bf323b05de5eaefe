package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Judge;
import org.kextwatch.agent.status.JudgeContext;
import org.kextwatch.agent.status.Judgement;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Thresholds;
import org.kextwatch.agent.status.Verdict;
import org.kextwatch.agent.status.VerdictSince;

/** Judges an observation. All it remembers is since when Defender has not answered. */
final class Assessor {
  private @Nullable Moment unreachableSince;

  /**
   * Judges one observation.
   *
   * @param before the state that earlier looks have left
   */
  Assessment assess(
      Observation seen,
      LoadHistory loads,
      State before,
      Settings settings,
      AgentState agent,
      Moment now) {
    Thresholds limits =
        new Thresholds(settings.get(Keys.EXPECT_PASSIVE), settings.get(Keys.MAX_DEFINITIONS_AGE));
    Duration unreachable = unreachableFor(seen.health().reachability(), before.told(), now);
    BiFunction<Health, Extension, Judgement> judge =
        (health, extension) ->
            Judge.judge(
                seen.with(health, extension),
                limits,
                new JudgeContext(unreachable, Remedy.exhausted(extension, loads, settings)));
    Judgement judgement = judge.apply(seen.health(), seen.extension());
    VerdictSince judged = VerdictSince.after(before.judged(), judgement, seen.at());
    Duration interval = settings.lookInterval(judgement.verdict() == Verdict.AT_RISK);
    Status status =
        new Status(
            Status.SCHEMA,
            seen.at(),
            judgement.verdict(),
            judgement.reason(),
            judged.since(),
            false,
            judgement.summary(),
            judgement.advice(),
            seen.device(),
            agent.with(judgement.warnings(), interval.toSeconds()),
            seen.health(),
            seen.extension());
    LostSight lost = before.lostSight().after(before.told(), status);
    Status compared = lost.compared(before.told(), status, settings.get(Keys.CONFIRM), judge);
    return new Assessment(status, compared, judged, lost, interval);
  }

  /**
   * The result of a look.
   *
   * @param status the document
   * @param compared the same with the last known values of fields that were lost from sight a
   *     moment ago; this is compared with what was reported
   * @param judged since when verdict and reason are what they are
   * @param lost the fields that are lost from sight
   * @param interval until the next full look
   */
  record Assessment(
      Status status, Status compared, VerdictSince judged, LostSight lost, Duration interval) {
    Assessment whileSettling() {
      return new Assessment(status.whileSettling(), compared, judged, lost, interval);
    }
  }

  /**
   * For how long Defender has not answered, by the clock that stops while the Mac sleeps. If the
   * agent restarted and this was already reported as a risk, the time counts as long enough.
   */
  private Duration unreachableFor(Reachability reachability, @Nullable Status told, Moment now) {
    if (reachability != Reachability.DAEMON_UNREACHABLE
        && reachability != Reachability.NOT_EXECUTABLE) {
      unreachableSince = null;
      return Duration.ZERO;
    }
    if (told != null
        && told.verdict() == Verdict.AT_RISK
        && (told.reason() == Reason.DAEMON_UNREACHABLE || told.reason() == Reason.NOT_EXECUTABLE)
        && told.health().reachability() == reachability) {
      return Thresholds.PATIENCE;
    }
    Moment since = unreachableSince == null ? now : unreachableSince;
    unreachableSince = since;
    return Duration.ofNanos(now.nanos() - since.nanos());
  }
}
