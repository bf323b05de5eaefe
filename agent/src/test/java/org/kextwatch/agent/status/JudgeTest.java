package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.seen;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class JudgeTest {
  static final Thresholds LIMITS = new Thresholds(false, Duration.ofDays(7));
  private static final Thresholds PASSIVE_EXPECTED = new Thresholds(true, Duration.ofDays(7));

  private static final Boolean[] THREE_WAYS = {true, false, null};
  private static final Extension UNKNOWN_EXTENSION =
      extension(ExtensionState.UNKNOWN, Grant.UNREADABLE, null);

  static Stream<Arguments> situations() {
    return Stream.of(
        row("all is well", Verdict.PROTECTED, Reason.NONE, HEALTHY, ACTIVE),
        row(
            "no Defender",
            Verdict.AT_RISK,
            Reason.NOT_INSTALLED,
            Health.unreachable(Reachability.NOT_INSTALLED, null),
            extension(ExtensionState.ABSENT, Grant.NONE, false)),
        row(
            "a foreign mdatp",
            Verdict.AT_RISK,
            Reason.NOT_TRUSTED,
            Health.unreachable(Reachability.NOT_TRUSTED, null),
            ACTIVE),
        row(
            "blocked kext, the pair as recorded in 2019",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(true, false),
            extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false)),
        row(
            "blocked kext, the pair the other way round",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(false, true),
            extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false)),
        row(
            "nobody was asked yet",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(true, false),
            extension(ExtensionState.NEVER_REQUESTED, Grant.NONE, false)),
        row(
            "approval is awaited, whether or not Defender answers",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            Health.unreachable(Reachability.TIMEOUT, null),
            extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false)),
        row(
            "accepted, waiting for a restart",
            Verdict.AT_RISK,
            Reason.RESTART_REQUIRED,
            pair(true, false),
            extension(ExtensionState.PENDING_RESTART, Grant.USER, false)),
        row(
            "the loader failed",
            Verdict.AT_RISK,
            Reason.LOAD_FAILED,
            pair(true, false),
            extension(ExtensionState.BLOCKED, Grant.USER, false)),
        row(
            "approved a moment ago",
            Verdict.AT_RISK,
            Reason.APPROVED_NOT_LOADED,
            pair(true, false),
            extension(ExtensionState.APPROVED_INACTIVE, Grant.USER, false)),
        row(
            "approved, refused all the same",
            Verdict.AT_RISK,
            Reason.CONFLICT,
            pair(true, false),
            extension(ExtensionState.CONFLICT, Grant.USER, false)),
        row(
            "Defender without an extension",
            Verdict.AT_RISK,
            Reason.EXTENSION_MISSING,
            pair(true, false),
            extension(ExtensionState.ABSENT, Grant.NONE, false)),
        row(
            "switched off",
            Verdict.AT_RISK,
            Reason.EXTENSION_DISABLED,
            pair(true, false),
            extension(ExtensionState.DISABLED, Grant.NONE, null)),
        row(
            "healthy, licensed, up to date, and expired",
            Verdict.AT_RISK,
            Reason.DEFENDER_EXPIRED,
            HEALTHY.expiring(TODAY.minusDays(1), TODAY),
            ACTIVE),
        row(
            "expired, which old clients call a missing licence",
            Verdict.AT_RISK,
            Reason.DEFENDER_EXPIRED,
            noLicence().expiring(TODAY.minusDays(5), TODAY),
            ACTIVE),
        row("its last day", Verdict.PROTECTED, Reason.NONE, HEALTHY.expiring(TODAY, TODAY), ACTIVE),
        row("no licence", Verdict.AT_RISK, Reason.NOT_LICENSED, noLicence(), ACTIVE),
        row(
            "another antivirus protects, unexpectedly",
            Verdict.AT_RISK,
            Reason.PASSIVE_MODE,
            health(Reachability.OK, true, true, false, true, true, null, null, null, List.of()),
            ACTIVE),
        row(
            "the setting is off",
            Verdict.AT_RISK,
            Reason.PROTECTION_OFF,
            pair(false, true),
            ACTIVE),
        row(
            "the setting is off, the extension out of sight",
            Verdict.AT_RISK,
            Reason.PROTECTION_OFF,
            pair(false, true),
            UNKNOWN_EXTENSION),
        row(
            "loaded, and does not work",
            Verdict.AT_RISK,
            Reason.ENGINE_UNAVAILABLE,
            pair(true, false),
            ACTIVE),
        row(
            "loaded, and Defender calls both unavailable",
            Verdict.AT_RISK,
            Reason.ENGINE_UNAVAILABLE,
            bothUnavailable(),
            ACTIVE),
        row(
            "no full disk access",
            Verdict.AT_RISK,
            Reason.FULL_DISK_ACCESS_MISSING,
            health(Reachability.OK, false, true, true, true, false, false, null, null, List.of()),
            ACTIVE),
        row(
            "definitions of last week",
            Verdict.AT_RISK,
            Reason.DEFINITIONS_STALE,
            health(Reachability.OK, true, true, true, true, false, true, null, 10_081L, List.of()),
            ACTIVE),
        row(
            "definitions that Defender calls old",
            Verdict.AT_RISK,
            Reason.DEFINITIONS_STALE,
            health(
                Reachability.OK, true, true, true, true, false, true, "out_of_date", 5L, List.of()),
            ACTIVE),
        row(
            "definitions of exactly one week are good",
            Verdict.PROTECTED,
            Reason.NONE,
            health(Reachability.OK, true, true, true, true, false, true, null, 10_080L, List.of()),
            ACTIVE),
        row(
            "unhealthy, nothing else known",
            Verdict.AT_RISK,
            Reason.UNHEALTHY,
            health(Reachability.OK, false, true, true, true, false, true, null, 5L, List.of()),
            ACTIVE),
        row(
            "no answer yet",
            Verdict.UNKNOWN,
            Reason.DAEMON_UNREACHABLE,
            Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3),
            ACTIVE),
        row(
            "not executable for now",
            Verdict.UNKNOWN,
            Reason.NOT_EXECUTABLE,
            Health.unreachable(Reachability.NOT_EXECUTABLE, null),
            ACTIVE),
        row(
            "no answer in time",
            Verdict.UNKNOWN,
            Reason.TIMEOUT,
            Health.unreachable(Reachability.TIMEOUT, null),
            ACTIVE),
        row(
            "an answer in tongues",
            Verdict.UNKNOWN,
            Reason.UNPARSABLE,
            Health.unreachable(Reachability.UNPARSABLE, 0),
            ACTIVE),
        row("half an answer", Verdict.UNKNOWN, Reason.HEALTH_INCOMPLETE, pair(true, null), ACTIVE),
        row(
            "nothing to see anywhere",
            Verdict.UNKNOWN,
            Reason.UNREADABLE,
            bothUnavailable(),
            UNKNOWN_EXTENSION),
        row(
            "Defender's own word alone",
            Verdict.PROTECTED,
            Reason.NONE,
            HEALTHY,
            UNKNOWN_EXTENSION));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("situations")
  void saysWhatASituationMeans(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    Judgement judgement = judge(health, extension);

    assertEquals(reason, judgement.reason());
    assertEquals(verdict, judgement.verdict());
  }

  /** What comes before it in the order stands; all else, and what Defender does not say, yields. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("situations")
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

  static Stream<Arguments> unexpired() {
    return situations().filter(row -> row.get()[2] != Reason.DEFENDER_EXPIRED);
  }

  @Test
  void whereTheDayIsNotKnownNothingExpires() {
    Health undated = HEALTHY.expiring(null, TODAY);
    assertNull(undated.expiresSoon());
    assertEquals(Verdict.PROTECTED, judge(undated, ACTIVE).verdict());
    assertEquals(List.of(), judge(undated, ACTIVE).warnings());
  }

  private static boolean warnsOf(String start, Judgement judgement) {
    return judgement.warnings().stream().anyMatch(warning -> warning.startsWith(start));
  }

  private static Judgement judge(Health health, Extension extension) {
    return Judge.judge(seen(health, extension), LIMITS, JudgeContext.ORDINARY);
  }

  private static Health noLicence() {
    return health(Reachability.OK, false, false, false, true, null, null, null, null, List.of());
  }

  @Test
  void everyReasonHasASituation() {
    EnumSet<Reason> shown = EnumSet.noneOf(Reason.class);
    situations().forEach(row -> shown.add((Reason) row.get()[2]));
    assertEquals(EnumSet.allOf(Reason.class), shown);
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
  void expectedPassiveModeProtectsThoughTheSettingIsOff() {
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
            seen(pair(true, false), conflict), LIMITS, new JudgeContext(Duration.ZERO, true));
    assertEquals(Reason.LOAD_FAILED, judgement.reason());
  }

  @Test
  void protectionOnDefendersWordAloneCarriesAWarning() {
    Judgement judgement =
        Judge.judge(seen(HEALTHY, UNKNOWN_EXTENSION), LIMITS, JudgeContext.ORDINARY);
    assertEquals(1, judgement.warnings().size());
    assertTrue(
        Judge.judge(seen(HEALTHY, ACTIVE), LIMITS, JudgeContext.ORDINARY).warnings().isEmpty());
  }

  @Test
  void everyCombinationIsJudgedAndNoneUnjustly() {
    Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
    int judged = 0;
    for (Observation seen : everyCombination()) {
      for (Thresholds limits : List.of(LIMITS, PASSIVE_EXPECTED)) {
        Judgement judgement = Judge.judge(seen, limits, JudgeContext.ORDINARY);
        holdAgainstTheEvidence(seen, limits, judgement);
        counts.merge(judgement.reason(), 1, Integer::sum);
        judged++;
      }
    }
    assertEquals(7 * 4 * 4 * 3 * 3 * 3 * 3 * 3 * 10 * 2 * 2, judged);
    assertEquals(EnumSet.allOf(Reason.class), EnumSet.copyOf(counts.keySet()));
  }

  /** What must hold of every verdict, said without the table. */
  private static void holdAgainstTheEvidence(
      Observation seen, Thresholds limits, Judgement judgement) {
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
        assertEquals(passive, passive && limits.expectPassiveMode());
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

  /** True, false, not told, told as "unavailable". */
  private static Boolean value(int way) {
    return way == 0 ? Boolean.TRUE : way == 1 ? Boolean.FALSE : null;
  }

  private static List<String> unavailable(int enabled, int available) {
    List<String> fields = new ArrayList<>();
    if (enabled == 3) {
      fields.add("realTimeProtectionEnabled");
    }
    if (available == 3) {
      fields.add("realTimeProtectionAvailable");
    }
    return fields;
  }

  private static Health bothUnavailable() {
    return health(
        Reachability.OK, null, true, null, null, false, null, null, null, unavailable(3, 3));
  }

  @ParameterizedTest
  @CsvSource({
    "activated_enabled, , ",
    "activated_waiting_to_upgrade, , restart this Mac to complete the upgrade",
    "activated_waiting_to_upgrade_on_reboot, , restart this Mac to complete the upgrade",
    "activated_enabled, networkEventsSubsystem, networkEventsSubsystem is unavailable",
  })
  void aProtectedMacIsToldWhatIsOddAboutItsExtensions(
      String newer, String unavailable, String warning) {
    Health health =
        health(
            Reachability.OK,
            true,
            true,
            true,
            true,
            false,
            true,
            "up_to_date",
            12L,
            unavailable == null ? List.of() : List.of(unavailable));
    Extension extension =
        StatusSamples.systemExtension(
            ExtensionState.ACTIVE,
            List.of(
                new SystemExtension("com.microsoft.wdav.netext", "101.1", "activated_enabled"),
                new SystemExtension("com.microsoft.wdav.netext", "101.2", newer)));
    Judgement judgement = Judge.judge(seen(health, extension), LIMITS, JudgeContext.ORDINARY);
    assertEquals(Verdict.PROTECTED, judgement.verdict());
    assertEquals(warning == null ? 0 : 1, judgement.warnings().size());
    assertTrue(warning == null || judgement.warnings().get(0).contains(warning));
  }

  @Test
  void aTeamInBothListsOfAProfileIsAWarning() {
    Policies twice = new Policies(true, null, false, true, List.of(), List.of(), List.of());
    Observation seen =
        new Observation(
            StatusSamples.NOON,
            StatusSamples.TODAY,
            StatusSamples.DEVICE,
            HEALTHY,
            ACTIVE,
            twice,
            false);
    List<String> warnings = Judge.judge(seen, LIMITS, JudgeContext.ORDINARY).warnings();
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("both AllowedTeamIdentifiers and AllowedSystemExtensions"));
  }

  private static Judgement judgeAfter(Observation seen, Duration silence) {
    return Judge.judge(seen, LIMITS, new JudgeContext(silence, false));
  }

  private static Arguments row(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    return Arguments.of(name, verdict, reason, health, extension);
  }
}
