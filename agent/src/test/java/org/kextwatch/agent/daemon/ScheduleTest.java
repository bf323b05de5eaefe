package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.VerdictSince;

class ScheduleTest {
  private static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final Status PROTECTED =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
  private static final Assessment WELL =
      new Assessment(
          PROTECTED,
          PROTECTED,
          new VerdictSince(PROTECTED.verdict(), PROTECTED.reason(), StatusSamples.NOON),
          LostSight.NONE,
          INTERVAL);
  private static final Moment START = new Moment(Instant.parse("2026-11-23T12:00:00Z"), 1_000);

  @Test
  void theFirstLookIsAtOnceTheNextAnIntervalLater() {
    Schedule schedule = Schedule.atOnce(START);
    assertEquals(Scope.FULL, schedule.due(START));

    schedule = schedule.after(Scope.FULL, START, INTERVAL, null);

    assertNull(schedule.due(START.plus(INTERVAL.minusMillis(1))));
    assertEquals(Scope.FULL, schedule.due(START.plus(INTERVAL)));
  }

  @Test
  void aLookAtTheApprovalDoesNotPutOffTheFullOne() {
    Schedule schedule =
        looked().after(Scope.APPROVAL, START.plus(Duration.ofMinutes(4)), INTERVAL, null);
    assertEquals(Scope.FULL, schedule.due(START.plus(INTERVAL)));
  }

  @Test
  void whileApprovalIsAwaitedItIsLookedAtMoreOften() {
    Moment soon = START.plus(Duration.ofSeconds(30));
    Schedule schedule = Schedule.atOnce(START).after(Scope.FULL, START, INTERVAL, soon);
    assertNull(schedule.due(START.plus(Duration.ofSeconds(29))));
    assertEquals(Scope.APPROVAL, schedule.due(soon));
    assertEquals(Scope.APPROVAL, schedule.approvalAt(START).due(START));
  }

  @Test
  void afterALoadHealthIsFollowedUntilItSettles() {
    Schedule schedule = looked().afterLoad(START);
    List<Long> looks = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      Moment now = START.plus(Duration.ofSeconds(second));
      if (schedule.due(now) == Scope.FULL) {
        looks.add((long) second);
        schedule = schedule.after(Scope.FULL, now, INTERVAL, null);
      }
    }
    assertEquals(List.of(0L, 1L, 3L, 10L, 30L), looks);
  }

  @Test
  void aSlowLookMakesOneOfThoseThatItMissed() {
    Schedule schedule = looked().afterLoad(START);
    Moment late = START.plus(Duration.ofSeconds(11));
    schedule = schedule.after(Scope.FULL, late, INTERVAL, null);
    assertEquals(1, schedule.followUps().size());
    assertNull(schedule.due(late));
  }

  @Test
  void theNapEndsWhenTheFirstIsDueAndIsNeverLong() {
    assertEquals(Schedule.TICK, looked().nap(START));
    assertEquals(
        Duration.ofSeconds(2), looked().approvalAt(START.plus(Duration.ofSeconds(2))).nap(START));
    assertEquals(Duration.ZERO, Schedule.atOnce(START).nap(START.plus(INTERVAL)));
  }

  /** The wall clock was set, the monotonic one was not. */
  @ParameterizedTest
  @ValueSource(longs = {-86_400, 86_400, 315_360_000})
  void aSetClockBringsOneLookSoonAndNoBurst(long step) {
    Moment stepped = new Moment(START.wall().plusSeconds(step), START.nanos());
    Schedule schedule = looked();
    int looks = 0;
    for (int second = 0; second < 600; second++) {
      Moment now = stepped.plus(Duration.ofSeconds(second));
      if (schedule.due(now) != null) {
        looks++;
        schedule = schedule.after(Scope.FULL, now, INTERVAL, null);
      }
    }
    assertEquals(step > 0 ? 2 : 1, looks, "in ten minutes, at five minutes each");
  }

  @Test
  void eightHoursOfSleepAreOneLook() {
    Moment awake = new Moment(START.wall().plus(Duration.ofHours(8)), START.nanos() + 5);
    Schedule schedule = looked();
    assertEquals(Scope.FULL, schedule.due(awake));
    assertNull(schedule.after(Scope.FULL, awake, INTERVAL, null).due(awake));
    assertTrue(awake.jumpSince(START).compareTo(Duration.ofHours(7)) > 0);
  }

  @Test
  void aShortSleepIsAWakeTooAndASetBackClockIsNone() {
    Schedule schedule = looked();
    Moment awake = new Moment(START.wall().plusSeconds(60), START.nanos());
    assertNull(schedule.due(awake));
    assertEquals(Scope.FULL, schedule.awake(START, awake).due(awake));
    Moment back = new Moment(START.wall().minusSeconds(60), START.nanos());
    assertEquals(schedule, schedule.awake(START, back));
    Moment later = START.plus(Duration.ofSeconds(60));
    assertEquals(schedule, schedule.awake(START, later));
  }

  @Test
  void aFallThatIsHeldIsLookedAtAgainWhenItIsToBeConfirmed() {
    Instant confirm = START.wall().plusSeconds(60);
    Schedule schedule = Schedule.atOnce(START).after(Scope.FULL, START, well(confirm, null));
    assertNull(schedule.due(START.plus(Duration.ofSeconds(59))));
    assertEquals(Scope.FULL, schedule.due(START.plus(Duration.ofSeconds(60))));
  }

  @Test
  void whatIsToBeDoneLaterIsLookedAtThen() {
    Instant retry = START.wall().plusSeconds(30);
    Schedule schedule = Schedule.atOnce(START).after(Scope.FULL, START, well(null, retry));
    assertNull(schedule.due(START.plus(Duration.ofSeconds(29))));
    assertEquals(Scope.APPROVAL, schedule.due(START.plus(Duration.ofSeconds(30))));
    assertNull(looked().after(Scope.FULL, START, well(null, null)).approval());
  }

  /** A renewal fails by design: there is nothing new to ask Defender for. */
  @ParameterizedTest
  @EnumSource(value = Outcome.class, names = "LOADED", mode = EnumSource.Mode.EXCLUDE)
  void afterAnyOtherOutcomeTheExtensionAloneIsLookedAtOnce(Outcome outcome) {
    assertEquals(List.of("0 APPROVAL"), looksAfter(outcome));
  }

  @Test
  void afterALoadEverythingIsLookedAtFiveTimes() {
    assertEquals(
        List.of("0 FULL", "1 FULL", "3 FULL", "10 FULL", "30 FULL"), looksAfter(Outcome.LOADED));
  }

  /** In the minute after the loader ran. */
  private static List<String> looksAfter(Outcome outcome) {
    Schedule schedule =
        Schedule.atOnce(START)
            .after(Scope.FULL, START, new Cycle.CycleResult(WELL, outcome, null, null));
    List<String> looks = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      Moment now = START.plus(Duration.ofSeconds(second));
      Scope due = schedule.due(now);
      if (due != null) {
        looks.add(second + " " + due);
        schedule = schedule.after(due, now, well(null, null));
      }
    }
    return looks;
  }

  private static Cycle.CycleResult well(Instant confirmAt, Instant actAgainAt) {
    return new Cycle.CycleResult(WELL, null, confirmAt, actAgainAt);
  }

  @Test
  void aMomentIsDueOnWhicheverClockComesFirst() {
    Moment due = START.plus(Duration.ofMinutes(1));
    assertFalse(due.isDue(START));
    assertTrue(due.isDue(new Moment(due.wall(), START.nanos())));
    assertTrue(due.isDue(new Moment(START.wall().minusSeconds(9_999), due.nanos())));
    assertEquals(Duration.ZERO, due.until(new Moment(due.wall().plusSeconds(5), START.nanos())));
  }

  private static Schedule looked() {
    return Schedule.atOnce(START).after(Scope.FULL, START, INTERVAL, null);
  }
}
