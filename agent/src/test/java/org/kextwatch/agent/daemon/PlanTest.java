package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Plan.Stamps;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.VerdictSince;

/** The looks of a Mac, by its place in the fleet. */
class PlanTest {
  private static final Moment START = new Moment(StatusSamples.NOON, 1_000);
  private static final Stamps UNCHANGED = new Stamps("", "");
  private static final Duration SLEEP = Duration.ofHours(8);

  private Moment now = START;

  /** What the whole fleet may do in the same second. */
  enum Cause {
    START,
    WAKE,
    SETTINGS
  }

  /** The seconds of the next looks, after the one that is due at once. */
  @ParameterizedTest
  @CsvSource({
    "START,    0.00, 300, , 0 300 600",
    "START,    0.25, 300, , 75 375 675",
    "START,    0.99, 300, , 297 597 897",
    "START,    0.50, 60, , 30 90 150",
    "START,    0.50, 300, 60, 60 360 660", // a confirmation is never put off
    "START,    0.10, 300, 60, 30 330 630",
    "WAKE,     0.25, 300, , 75 375 675",
    "SETTINGS, 0.25, 300, , 75 375 675"
  })
  void theLooksOfAFleetDoNotStayTogether(
      Cause cause, double place, long interval, Long confirm, String looks) {
    Plan plan = Plan.starting(START, new Splay(place));
    if (cause != Cause.START) {
      plan = looked(plan, 300, null);
      plan = looked(at(plan, plan.schedule().full()), 300, null);
      assertEquals(Duration.ofMinutes(5), plan.schedule().full().until(now));
    }
    if (cause == Cause.WAKE) {
      plan = at(plan, new Moment(now.wall().plus(SLEEP), now.nanos()));
    }
    if (cause == Cause.SETTINGS) {
      plan = plan.fullLookAt(now);
    }
    Moment first = now;
    StringBuilder seconds = new StringBuilder();
    for (int look = 0; look < 3; look++) {
      assertEquals(Scope.FULL, plan.due());
      plan = looked(plan, interval, look == 0 ? confirm : null);
      seconds.append(" ").append(plan.schedule().full().until(first).toSeconds());
      plan = at(plan, plan.schedule().full());
    }
    assertEquals(looks, seconds.substring(1));
  }

  /** A look at the extension alone is not the look that the fleet makes together. */
  @ParameterizedTest
  @CsvSource({"0.25, 75", "0.75, 225"})
  void aLookAtTheExtensionAloneChangesNothing(double place, long next) {
    Plan plan = Plan.starting(START, new Splay(place));
    Plan after = plan.after(Scope.APPROVAL, UNCHANGED, result(300, null), now);
    assertEquals(START, after.schedule().full());
    assertEquals(Duration.ofSeconds(next), looked(after, 300, null).schedule().full().until(now));
  }

  /** Each glance at the database is a stat, not a look. */
  @Test
  void theDatabaseIsGlancedAtEachSecondWhileApprovalIsAwaited() {
    Plan quiet = looked(Plan.starting(START, new Splay(0.5)), 300, null);
    assertEquals(Schedule.TICK, quiet.glance(Schedule.TICK));
    assertFalse(quiet.isApprovalNews("written"));
    Plan awaiting =
        Plan.starting(START, new Splay(0.5))
            .after(Scope.FULL, UNCHANGED, result(StatusSamples.AWAITING, 60, null), now);
    assertEquals(Duration.ofSeconds(1), awaiting.glance(Schedule.TICK));
    assertEquals(Duration.ofMillis(7), awaiting.glance(Duration.ofMillis(7)));
    assertFalse(awaiting.isApprovalNews(UNCHANGED.database()));
    assertTrue(awaiting.isApprovalNews("written"));
    assertEquals(null, awaiting.check(now, UNCHANGED).due());
    assertEquals(Scope.APPROVAL, awaiting.check(now, new Stamps("", "written")).due());
  }

  private Plan at(Plan plan, Moment moment) {
    now = moment;
    return plan.check(now, UNCHANGED);
  }

  private Plan looked(Plan plan, long interval, Long confirm) {
    return plan.after(Scope.FULL, UNCHANGED, result(interval, confirm), now);
  }

  private Cycle.CycleResult result(long interval, Long confirm) {
    return result(StatusSamples.ACTIVE, interval, confirm);
  }

  private Cycle.CycleResult result(Extension extension, long interval, Long confirm) {
    Status status = StatusSamples.status(StatusSamples.HEALTHY, extension);
    Assessment look =
        new Assessment(
            status,
            status,
            new VerdictSince(status.verdict(), status.reason(), StatusSamples.NOON),
            LostSight.NONE,
            Duration.ofSeconds(interval));
    return new Cycle.CycleResult(
        look, null, confirm == null ? null : now.wall().plusSeconds(confirm), null);
  }
}
