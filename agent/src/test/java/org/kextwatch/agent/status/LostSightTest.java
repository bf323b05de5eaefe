package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.NOON;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.seen;
import static org.kextwatch.agent.status.StatusSamples.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a status is compared with what was told, while some of it cannot be seen. */
class LostSightTest {
  private static final Duration CONFIRM = Duration.ofSeconds(60);

  private static final Extension BLIND = extension(ExtensionState.UNKNOWN, Grant.USER, null);
  private static final Extension UNREAD =
      extension(ExtensionState.UNKNOWN, Grant.UNREADABLE, false);
  private static final Extension AWAITING =
      extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false);
  private static final Health BLOCKED = pair(true, false);
  private static final Health TIMEOUT = Health.unreachable(Reachability.TIMEOUT, null);
  private static final Health OFFLINE = Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3);

  private static final Map<String, Status> STATUSES =
      Map.ofEntries(
          Map.entry("good", status(HEALTHY, ACTIVE)),
          Map.entry("awaiting", status(BLOCKED, AWAITING)),
          Map.entry("good, kextstat failed", status(HEALTHY, BLIND)),
          Map.entry("awaiting, database unreadable", status(BLOCKED, UNREAD)),
          Map.entry("good, timeout", status(TIMEOUT, ACTIVE)),
          Map.entry("good, offline", status(OFFLINE, ACTIVE)),
          Map.entry("awaiting, timeout", status(TIMEOUT, AWAITING)),
          Map.entry("approved, timeout", status(TIMEOUT, ACTIVE)),
          Map.entry("good, licence not told", status(licensed(null), ACTIVE)),
          Map.entry("unlicensed", status(licensed(false), ACTIVE)),
          Map.entry("expired", status(HEALTHY.expiring(TODAY.minusDays(1), TODAY), ACTIVE)),
          Map.entry("expires soon", status(HEALTHY.expiring(TODAY.plusDays(1), TODAY), ACTIVE)),
          Map.entry("unlicensed, kextstat failed", status(licensed(false), BLIND)),
          Map.entry("good, pair half told", status(pair(true, null), ACTIVE)),
          Map.entry("good, pair unavailable", status(unavailable(), BLIND)),
          Map.entry(
              "not installed",
              status(Health.unreachable(Reachability.NOT_INSTALLED, null), ACTIVE)),
          Map.entry("rows", status(HEALTHY, rows(ExtensionState.ACTIVE, true))),
          Map.entry("rows unreadable", status(HEALTHY, rows(ExtensionState.UNKNOWN, false))),
          Map.entry("rows gone", status(HEALTHY, rows(ExtensionState.ABSENT, false))));

  @ParameterizedTest(name = "{0} -> {1} for {2} s")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          good     | good, kextstat failed         | 0  | -
          good     | good, kextstat failed         | 59 | -
          good     | good, kextstat failed         | 60 | extension.state extension.loaded
          awaiting | awaiting, database unreadable | 59 | -
          awaiting | awaiting, database unreadable | 60 | reason extension.state extension.grant
          good     | good, timeout                 | 0  | -
          good     | good, timeout                 | 59 | -
          good     | good, timeout                 | 60 | verdict reason health.reachability health.licensed health.realTimeProtectionEnabled health.realTimeProtectionAvailable health.appVersion
          good     | good, offline                 | 59 | -
          awaiting | awaiting, timeout             | 59 | -
          awaiting | awaiting, timeout             | 60 | health.reachability health.licensed health.realTimeProtectionEnabled health.realTimeProtectionAvailable health.appVersion
          awaiting | approved, timeout             | 0  | extension.state extension.grant extension.loaded
          good     | awaiting, timeout             | 0  | verdict reason extension.state extension.grant extension.loaded
          good     | unlicensed, kextstat failed   | 0  | verdict reason health.licensed
          good     | good, licence not told        | 59 | -
          good     | good, licence not told        | 60 | health.licensed
          good     | good, pair half told          | 59 | -
          good     | good, pair half told          | 60 | verdict reason health.realTimeProtectionAvailable
          good     | good, pair unavailable        | 59 | -
          unlicensed | good, timeout               | 59 | -
          expired  | good                          | 59 | -
          expired  | good                          | 60 | verdict reason health.expiresSoon
          expired  | good, timeout                 | 59 | -
          expires soon | good                      | 59 | -
          expires soon | expired                   | 0  | verdict reason
          expires soon | good                      | 60 | health.expiresSoon
          good     | expires soon                  | 0  | health.expiresSoon
          good     | not installed                 | 0  | verdict reason health.reachability health.licensed health.realTimeProtectionEnabled health.realTimeProtectionAvailable health.appVersion
          good, timeout | good, offline            | 59 | -
          good, timeout | good, offline            | 60 | reason health.reachability
          good, timeout | good                     | 0  | verdict reason health.reachability health.licensed health.realTimeProtectionEnabled health.realTimeProtectionAvailable health.appVersion
          rows     | rows unreadable               | 59 | -
          rows     | rows unreadable               | 60 | extension.state extension.systemExtensions.com.microsoft.wdav.epsext@101.1
          rows     | rows gone                     | 0  | verdict reason extension.state extension.systemExtensions.com.microsoft.wdav.epsext@101.1
          """)
  void aValueThatIsNotSeenIsAsItWasToldForAWhile(
      String told, String now, int seconds, String fields) {
    Status before = STATUSES.get(told);
    Status later = at(STATUSES.get(now), seconds);
    LostSight lost = LostSight.NONE.after(before, at(STATUSES.get(now), 0)).after(before, later);
    assertEquals(fields == null ? "" : fields, changed(lost, before, later));
  }

  @Test
  void timeInOneWayOfNotKnowingCountsForAnother() {
    Status good = STATUSES.get("good");
    Status later = at(STATUSES.get("good, timeout"), 60);
    LostSight lost =
        LostSight.NONE.after(good, at(STATUSES.get("good, offline"), 0)).after(good, later);
    assertEquals(Instant.parse("2026-11-23T12:00:00Z"), lost.since().get("health.reachability"));
    assertEquals("verdict reason", changed(lost, good, later).substring(0, 14));
  }

  @Test
  void oneLookThatSeesItBeginsTheWaitAgain() {
    Status good = STATUSES.get("good");
    Status blind = STATUSES.get("good, kextstat failed");
    LostSight lost =
        LostSight.NONE
            .after(good, at(blind, 0))
            .after(good, at(good, 50))
            .after(good, at(blind, 60));
    assertEquals("", changed(lost, good, at(blind, 60)));
    assertEquals(NOON.plusSeconds(120), lost.lookAgainAt(NOON.plusSeconds(60), CONFIRM));
    assertNull(lost.lookAgainAt(NOON.plusSeconds(120), CONFIRM));
  }

  @Test
  void aClockSetBackMakesNobodyWaitLonger() {
    Status good = STATUSES.get("good");
    Status blind = STATUSES.get("good, kextstat failed");
    LostSight lost = LostSight.NONE.after(good, at(blind, 0)).after(good, at(blind, -86_400));
    assertEquals(
        NOON.plusSeconds(60 - 86_400), lost.lookAgainAt(NOON.plusSeconds(-86_400), CONFIRM));
  }

  @Test
  void aSleepDoesNotCountAsTimeOutOfSight() {
    Status good = STATUSES.get("good");
    Status blind = STATUSES.get("good, kextstat failed");
    Duration night = Duration.ofHours(8);
    int woken = (int) night.toSeconds();
    LostSight lost = LostSight.NONE.after(good, at(blind, 0)).later(night);
    assertEquals("", changed(lost.after(good, at(blind, woken + 59)), good, at(blind, woken + 59)));
    assertEquals(
        "extension.state extension.loaded",
        changed(lost.after(good, at(blind, woken + 60)), good, at(blind, woken + 60)));
    assertEquals(
        NOON.plus(night).plus(CONFIRM), lost.lookAgainAt(NOON.plusSeconds(woken), CONFIRM));
    assertEquals(LostSight.NONE, LostSight.NONE.later(night));
  }

  @Test
  void withNothingToldThereIsNothingToLose() {
    Status blind = STATUSES.get("good, kextstat failed");
    assertEquals(LostSight.NONE, LostSight.NONE.after(null, blind));
    assertEquals(blind, LostSight.NONE.compared(null, blind, CONFIRM, LostSightTest::judge));
  }

  /** What is told is the document, and the fleet's belief is what the changes say. */
  @Test
  void onlyWhatWasNamedIsBelieved() {
    Status told = STATUSES.get("awaiting");
    Status now = STATUSES.get("approved, timeout");
    Status compared =
        LostSight.NONE.after(told, now).compared(told, now, CONFIRM, LostSightTest::judge);
    List<Change> named = Changes.between(told, compared);
    Status believed = Changes.reported(told, now, named);
    assertEquals(List.of(), Changes.between(believed, compared));
    assertEquals(Reason.AWAITING_APPROVAL, believed.reason());
    assertEquals(ExtensionState.ACTIVE, believed.extension().state());
    assertEquals(Reachability.OK, believed.health().reachability());
  }

  private static String changed(LostSight lost, Status told, Status now) {
    Status compared = lost.compared(told, now, CONFIRM, LostSightTest::judge);
    return String.join(" ", Changes.between(told, compared).stream().map(Change::field).toList());
  }

  private static Judgement judge(Health health, Extension extension) {
    return Judge.judge(seen(health, extension), JudgeTest.LIMITS, JudgeContext.ORDINARY);
  }

  private static Status at(Status status, int seconds) {
    return DebounceTest.at(status, NOON.plusSeconds(seconds));
  }

  private static Health licensed(Boolean licensed) {
    return health(
        Reachability.OK, true, licensed, true, true, false, null, "up_to_date", 12L, List.of());
  }

  private static Health unavailable() {
    return health(
        Reachability.OK,
        null,
        true,
        null,
        null,
        false,
        null,
        null,
        null,
        List.of("realTimeProtectionEnabled", "realTimeProtectionAvailable"));
  }

  private static Extension rows(ExtensionState state, boolean listed) {
    SystemExtension row =
        new SystemExtension("com.microsoft.wdav.epsext", "101.1", "activated_enabled");
    return StatusSamples.system(state, listed ? List.of(row) : List.of());
  }
}
