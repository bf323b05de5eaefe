package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.AWAITING;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.NOON;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.UNAVAILABLE;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.licensed;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is compared with the status reported last, while some of it is not known. */
class LostSightTest {
  private static final Duration CONFIRM = Duration.ofSeconds(60);

  private static final Extension BLIND = extension(ExtensionState.UNKNOWN, Grant.USER, null);
  private static final Extension UNREAD =
      extension(ExtensionState.UNKNOWN, Grant.UNREADABLE, false);
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
          Map.entry("good, licence missing", status(licensed(null), ACTIVE)),
          Map.entry("unlicensed", status(licensed(false), ACTIVE)),
          Map.entry("expired", status(HEALTHY.expiring(TODAY.minusDays(1), TODAY), ACTIVE)),
          Map.entry("expires soon", status(HEALTHY.expiring(TODAY.plusDays(1), TODAY), ACTIVE)),
          Map.entry("unlicensed, kextstat failed", status(licensed(false), BLIND)),
          Map.entry("good, pair half missing", status(pair(true, null), ACTIVE)),
          Map.entry("good, pair unavailable", status(UNAVAILABLE, BLIND)),
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
          good     | good, licence missing        | 59 | -
          good     | good, licence missing        | 60 | health.licensed
          good     | good, pair half missing          | 59 | -
          good     | good, pair half missing          | 60 | verdict reason health.realTimeProtectionAvailable
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
  void aValueThatIsNotKnownIsTheReportedOneForAWhile(
      String reported, String now, int seconds, String fields) {
    Status before = STATUSES.get(reported);
    Status later = at(STATUSES.get(now), seconds);
    LostSight lost = LostSight.NONE.after(before, at(STATUSES.get(now), 0)).after(before, later);
    assertEquals(fields == null ? "" : fields, changed(lost, before, later));
  }

  @Test
  void timeWithOneCauseOfNotKnowingCountsForAnother() {
    Status good = STATUSES.get("good");
    Status later = at(STATUSES.get("good, timeout"), 60);
    LostSight lost =
        LostSight.NONE.after(good, at(STATUSES.get("good, offline"), 0)).after(good, later);
    assertEquals(Instant.parse("2026-11-23T12:00:00Z"), lost.since().get("health.reachability"));
    assertEquals("verdict reason", changed(lost, good, later).substring(0, 14));
  }

  @Test
  void oneLookThatKnowsTheValueRestartsTheWait() {
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
  void aClockSetBackMakesNoWaitLonger() {
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
  void withNothingReportedNothingIsHeld() {
    Status blind = STATUSES.get("good, kextstat failed");
    assertEquals(LostSight.NONE, LostSight.NONE.after(null, blind));
    assertEquals(blind, LostSight.NONE.compared(null, blind, CONFIRM, StatusSamples::judge));
  }

  /** The event has the whole document, but only the changes it names count as reported. */
  @Test
  void onlyTheNamedChangesCountAsReported() {
    Status before = STATUSES.get("awaiting");
    Status now = STATUSES.get("approved, timeout");
    Status compared =
        LostSight.NONE.after(before, now).compared(before, now, CONFIRM, StatusSamples::judge);
    List<Change> named = Changes.between(before, compared);
    Status reported = Changes.reported(before, now, named);
    assertEquals(List.of(), Changes.between(reported, compared));
    assertEquals(Reason.AWAITING_APPROVAL, reported.reason());
    assertEquals(ExtensionState.ACTIVE, reported.extension().state());
    assertEquals(Reachability.OK, reported.health().reachability());
  }

  private static String changed(LostSight lost, Status before, Status now) {
    Status compared = lost.compared(before, now, CONFIRM, StatusSamples::judge);
    return String.join(" ", Changes.between(before, compared).stream().map(Change::field).toList());
  }

  private static Status at(Status status, int seconds) {
    return StatusSamples.at(status, NOON.plusSeconds(seconds));
  }

  private static Extension rows(ExtensionState state, boolean listed) {
    SystemExtension row =
        new SystemExtension("com.microsoft.wdav.epsext", "101.1", "activated_enabled");
    return StatusSamples.systemExtension(state, listed ? List.of(row) : List.of());
  }
}
