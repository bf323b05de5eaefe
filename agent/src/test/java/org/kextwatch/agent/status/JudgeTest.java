package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.agent.status.JudgedSituations.PASSIVE_EXPECTED;
import static org.kextwatch.agent.status.JudgedSituations.value;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.THRESHOLDS;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.judge;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.seen;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The verdict and the reason of each situation. {@link ReasonsDocumentTest} has all reasons. */
final class JudgeTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("org.kextwatch.agent.status.JudgedSituations#situations")
  void saysWhatASituationMeans(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    Judgement judgement = judge(health, extension);

    assertEquals(reason, judgement.reason());
    assertEquals(verdict, judgement.verdict());
  }

  @ParameterizedTest
  @EnumSource(
      value = Reachability.class,
      names = {"DAEMON_UNREACHABLE", "NOT_EXECUTABLE"})
  void silenceIsARiskAfterAQuarterOfAnHourAwake(Reachability silence) {
    Observation seen = seen(Health.unreachable(silence, null), ACTIVE);

    Judgement before = judgeAfter(seen, Duration.ofMinutes(15).minusSeconds(1));
    Judgement after = judgeAfter(seen, Duration.ofMinutes(15));

    assertEquals(Verdict.UNKNOWN, before.verdict());
    assertEquals(Verdict.AT_RISK, after.verdict());
    assertEquals(before.reason(), after.reason());
  }

  @Test
  void aTimeoutNeverBecomesARisk() {
    Observation seen = seen(Health.unreachable(Reachability.TIMEOUT, null), ACTIVE);
    assertEquals(Verdict.UNKNOWN, judgeAfter(seen, Duration.ofDays(1)).verdict());
  }

  @Test
  void expectedPassiveModeProtectsAlthoughTheSettingIsOff() {
    Health passive =
        health(Reachability.OK, true, true, false, true, true, true, null, 5L, List.of());
    Judgement judgement =
        Judge.judge(seen(passive, ACTIVE), PASSIVE_EXPECTED, JudgeContext.ORDINARY);
    assertEquals(Verdict.PROTECTED, judgement.verdict());
  }

  @Test
  void attemptsThatAreUsedUpAreAFailedLoad() {
    Extension conflict = extension(ExtensionState.CONFLICT, Grant.USER, false);
    Judgement judgement =
        Judge.judge(
            seen(pair(true, false), conflict), THRESHOLDS, new JudgeContext(Duration.ZERO, true));
    assertEquals(Reason.LOAD_FAILED, judgement.reason());
  }

  private static Judgement judgeAfter(Observation seen, Duration silence) {
    return Judge.judge(seen, THRESHOLDS, new JudgeContext(silence, false));
  }
}
