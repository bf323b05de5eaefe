package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.JudgedSituations.PASSIVE_EXPECTED;
import static org.kextwatch.agent.status.JudgedSituations.unavailable;
import static org.kextwatch.agent.status.JudgedSituations.value;
import static org.kextwatch.agent.status.StatusSamples.THRESHOLDS;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.seen;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every combination of values is judged, and the verdict agrees with the evidence. */
final class JudgeCombinationsTest {
  private static final Boolean[] THREE_WAYS = {true, false, null};

  @Test
  void everyCombinationIsJudgedByItsEvidence() {
    Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
    int judged = 0;
    for (Observation seen : everyCombination()) {
      for (Thresholds thresholds : List.of(THRESHOLDS, PASSIVE_EXPECTED)) {
        Judgement judgement = Judge.judge(seen, thresholds, JudgeContext.ORDINARY);
        assertFitsTheEvidence(seen, thresholds, judgement);
        counts.merge(judgement.reason(), 1, Integer::sum);
        judged++;
      }
    }
    assertEquals(7 * 4 * 4 * 3 * 3 * 3 * 3 * 3 * 10 * 2 * 2, judged);
    JudgedSituations.situations()
        .forEach(row -> assertTrue(counts.containsKey((Reason) row.get()[2]), row::toString));
  }

  /** What every verdict implies, written without the table. */
  private static void assertFitsTheEvidence(
      Observation seen, Thresholds thresholds, Judgement judgement) {
    Health health = seen.health();
    ExtensionState state = seen.extension().state();
    boolean passive = Boolean.TRUE.equals(health.passiveModeEnabled());
    switch (judgement.verdict()) {
      case PROTECTED -> {
        assertEquals(Reachability.OK, health.reachability());
        assertTrue(state == ExtensionState.ACTIVE || state == ExtensionState.UNKNOWN);
        assertTrue(
            passive
                || (Boolean.TRUE.equals(health.realTimeProtectionEnabled())
                    && Boolean.TRUE.equals(health.realTimeProtectionAvailable())));
        assertEquals(passive, passive && thresholds.expectPassiveMode());
        assertNotEquals(false, health.licensed());
        assertNotEquals(true, health.expiresSoon());
        assertNotEquals(false, health.healthy());
        assertNotEquals(false, health.fullDiskAccessEnabled());
        assertEquals("", judgement.advice());
      }
      case UNKNOWN -> {
        assertTrue(state == ExtensionState.ACTIVE || state == ExtensionState.UNKNOWN);
        assertNotEquals(false, health.licensed());
        assertNotEquals(false, health.healthy());
        assertFalse(judgement.advice().isEmpty());
      }
      case AT_RISK -> assertFalse(judgement.advice().isEmpty());
    }
    assertFalse(judgement.summary().isBlank());
  }

  private static List<Observation> everyCombination() {
    List<Observation> all = new ArrayList<>();
    for (Reachability reachability : Reachability.values()) {
      for (int enabled = 0; enabled < 4; enabled++) {
        for (int available = 0; available < 4; available++) {
          for (Boolean healthy : THREE_WAYS) {
            for (Boolean licensed : THREE_WAYS) {
              for (Boolean passive : THREE_WAYS) {
                for (Boolean disk : THREE_WAYS) {
                  for (Long age : new Long[] {5L, 99_999L, null}) {
                    Health health =
                        health(
                            reachability,
                            healthy,
                            licensed,
                            value(enabled),
                            value(available),
                            passive,
                            disk,
                            null,
                            age,
                            unavailable(enabled, available));
                    for (ExtensionState state : ExtensionState.values()) {
                      Extension extension = extension(state, Grant.NONE, null);
                      all.add(seen(health, extension));
                      all.add(seen(health.expiring(TODAY.minusDays(1), TODAY), extension));
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return all;
  }
}
