package org.kextwatch.agent.daemon;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Circumstances;
import org.kextwatch.agent.status.Judge;
import org.kextwatch.agent.status.Judgement;
import org.kextwatch.agent.status.Limits;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Verdict;

/** Makes the status of an observation; all it remembers is since when Defender has not answered. */
final class Assessor {
  private @Nullable Moment unreachableSince;

  Status assess(
      Observation seen,
      LoadHistory loads,
      @Nullable Status told,
      Settings settings,
      AgentState agent,
      Moment now) {
    Limits limits = new Limits(settings.expectPassiveMode(), settings.maxDefinitionsAge());
    Circumstances memory =
        new Circumstances(
            unreachableFor(seen.health().reachability(), told, now),
            Remedy.exhausted(seen.extension(), loads, settings.loading()));
    Judgement judgement = Judge.judge(seen, limits, memory);
    return new Status(
        Status.SCHEMA,
        seen.at(),
        judgement.verdict(),
        judgement.reason(),
        false,
        judgement.summary(),
        judgement.advice(),
        seen.device(),
        agent.with(
            judgement.warnings(),
            settings.pace().between(judgement.verdict() == Verdict.AT_RISK).toSeconds()),
        seen.health(),
        seen.extension());
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
      return Limits.PATIENCE;
    }
    Moment since = unreachableSince == null ? now : unreachableSince;
    unreachableSince = since;
    return Duration.ofNanos(now.nanos() - since.nanos());
  }
}
