package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.JudgedSituations.row;
import static org.kextwatch.agent.status.JudgedSituations.situations;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.judge;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The expiry of Defender beside every other reason. */
final class JudgeExpiryTest {
  /** A reason that comes earlier in the order stays; every other one gives way to the expiry. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("org.kextwatch.agent.status.JudgedSituations#situations")
  void expiryBesideEveryOtherReason(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    Judgement judgement = judge(health.expiring(TODAY.minusDays(1), TODAY), extension);

    boolean stands = reason.compareTo(Reason.DEFENDER_EXPIRED) < 0;
    assertEquals(stands ? reason : Reason.DEFENDER_EXPIRED, judgement.reason());
    assertEquals(Verdict.AT_RISK, judgement.verdict());
    assertEquals(stands, warnsOf("Defender expired on 2026-11-22.", judgement));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unexpired")
  void aWarningStandsBesideEveryOtherReasonThreeWeeksAhead(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    Judgement soon = judge(health.expiring(TODAY.plusDays(21), TODAY), extension);
    Judgement later = judge(health.expiring(TODAY.plusDays(22), TODAY), extension);

    assertEquals(List.of(verdict, reason), List.of(soon.verdict(), soon.reason()));
    assertTrue(warnsOf("Defender expires on 2026-12-14.", soon));
    assertFalse(warnsOf("Defender expire", later));
  }

  @Test
  void whereTheDayIsNotKnownNothingExpires() {
    Health undated = HEALTHY.expiring(null, TODAY);
    assertNull(undated.expiresSoon());
    assertEquals(Verdict.PROTECTED, judge(undated, ACTIVE).verdict());
    assertEquals(List.of(), judge(undated, ACTIVE).warnings());
  }

  static Stream<Arguments> unexpired() {
    return situations().filter(row -> row.get()[2] != Reason.DEFENDER_EXPIRED);
  }

  private static boolean warnsOf(String start, Judgement judgement) {
    return judgement.warnings().stream().anyMatch(warning -> warning.startsWith(start));
  }
}
