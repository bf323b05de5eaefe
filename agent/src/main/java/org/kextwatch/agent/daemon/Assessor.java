package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Judge;
import org.kextwatch.agent.status.JudgeContext;
import org.kextwatch.agent.status.Judged;
import org.kextwatch.agent.status.Judgement;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Thresholds;
import org.kextwatch.agent.status.Verdict;

/** Makes the status of an observation; all it remembers is since when Defender has not answered. */
final class Assessor {
  private @Nullable Moment unreachableSince;

  /**
   * What an observation means.
   *
   * @param before what is known from earlier looks
   */
  Assessment assess(
      Observation seen,
      LoadHistory loads,
      State before,
      Settings settings,
      AgentState agent,
      Moment now) {
    Thresholds limits = new Thresholds(settings.expectPassiveMode(), settings.maxDefinitionsAge());
    Duration unreachable = unreachableFor(seen.health().reachability(), before.told(), now);
    BiFunction<Health, Extension, Judgement> judge =
        (health, extension) ->
            Judge.judge(
                seen.with(health, extension),
                limits,
                new JudgeContext(
                    unreachable, Remedy.exhausted(extension, loads, settings.loading())));
    Judgement judgement = judge.apply(seen.health(), seen.extension());
    Judged judged = Judged.after(before.judged(), judgement, seen.at());
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
            agent.with(
                judgement.warnings(),
                settings.pace().between(judgement.verdict() == Verdict.AT_RISK).toSeconds()),
            seen.health(),
            seen.extension());
    LostSight lost = before.lostSight().after(before.told(), status);
    Status compared = lost.compared(before.told(), status, settings.pace().confirm(), judge);
    return new Assessment(status, compared, judged, lost);
  }

  /**
   * What a look means.
   *
   * @param status the document
   * @param compared the same, as it is compared with what was told
   * @param judged since when it is judged so
   * @param lost what is not seen just now
   */
  record Assessment(Status status, Status compared, Judged judged, LostSight lost) {
    Assessment whileSettling() {
      return new Assessment(status.whileSettling(), compared, judged, lost);
    }
  }

  /**
   * Counted by the clock that stands still while the Mac sleeps. What was long enough before the
   * agent restarted is long enough.
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
