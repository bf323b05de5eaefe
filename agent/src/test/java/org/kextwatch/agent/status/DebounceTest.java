package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.AWAITING;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.NOON;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.status;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Records;

class DebounceTest {
  private static final Duration CONFIRM = Duration.ofMinutes(1);
  private static final Duration SETTLE = Duration.ofMinutes(10);

  private static final Status GOOD = status(HEALTHY, ACTIVE);
  private static final Status DEGRADED = status(pair(true, false), ACTIVE);
  private static final Status BLOCKED = status(pair(true, false), AWAITING);
  private static final Debounce STEADY =
      new Debounce(null, null, false, true, GOOD.health().appVersion());

  @Test
  void aDegradationOfHealthAloneIsReportedAtTheSecondLook() {
    Debounce first = look(STEADY, GOOD, DEGRADED, 0);
    assertTrue(first.held());
    assertFalse(first.isSettling());
    assertEquals(NOON.plus(CONFIRM), first.lookAgainAt(CONFIRM));

    assertTrue(look(first, GOOD, DEGRADED, 59).held());
    assertFalse(look(first, GOOD, DEGRADED, 60).held());
  }

  @Test
  void aSleepDoesNotCountAsTimeBetweenTwoLooks() {
    Duration night = Duration.ofHours(8);
    Debounce first = look(STEADY, GOOD, DEGRADED, 0).later(night);
    int woken = (int) night.toSeconds();
    assertTrue(look(first, GOOD, DEGRADED, woken + 59).held());
    assertFalse(look(first, GOOD, DEGRADED, woken + 60).held());
  }

  @Test
  void anotherVersionOfTheExtensionIsAnUpdateToo() {
    Status old = silent("101.1");
    assertEquals(NOON.plus(SETTLE), look(STEADY, old, silent("101.2"), 0).settledAt());
    assertNull(look(STEADY, old, old, 0).settledAt());
  }

  @Test
  void aDegradationThatComesWithAnotherVersionIsAnUpdateThatSettles() {
    Status updated = status(pair(true, false), Records.with(ACTIVE, "version", "101.3.1"));
    Debounce seen = look(STEADY, GOOD, updated, 0);
    assertTrue(seen.isSettling());
    assertTrue(seen.holds(GOOD, updated));
  }

  /** The version that was reported last stays the earlier one while the fall is held. */
  @Test
  void anotherVersionHoldsAFallForOneWaitOnly() {
    Status updated = status(pair(true, false), Records.with(ACTIVE, "version", "101.3.1"));
    Debounce seen = STEADY;
    for (int second = 0; second < SETTLE.toSeconds(); second += 60) {
      seen = look(seen, GOOD, updated, second);
      assertTrue(seen.holds(GOOD, updated), second + " s");
    }
    for (int second = 600; second < 3_600; second += 60) { // the disk may refuse the report
      seen = look(seen, GOOD, updated, second);
      assertFalse(seen.holds(GOOD, updated), second + " s");
    }
  }

  /** Defender's processes end first, and are seen to, before its extension is another one. */
  @Test
  void anotherVersionThatComesAfterTheFallHoldsItToo() {
    Status updated = status(pair(true, false), Records.with(ACTIVE, "version", "101.3.1"));
    Debounce fallen = look(STEADY, GOOD, DEGRADED, 0);
    assertFalse(fallen.isSettling());
    Debounce settling = look(fallen, GOOD, updated, 30);
    assertTrue(settling.isSettling());
    assertTrue(look(settling, GOOD, updated, 629).holds(GOOD, updated));
    assertFalse(look(settling, GOOD, updated, 630).holds(GOOD, updated));
  }

  /** Defender does not answer, and macOS lists its extension. */
  private static Status silent(String version) {
    SystemExtension row =
        new SystemExtension("com.microsoft.wdav.epsext", version, "activated_enabled");
    return status(
        Health.unreachable(Reachability.TIMEOUT, null),
        StatusSamples.systemExtension(ExtensionState.ACTIVE, List.of(row)));
  }

  @Test
  void aDegradationThatPassesIsNeverReported() {
    Debounce recovered = look(look(STEADY, GOOD, DEGRADED, 0), GOOD, GOOD, 30);
    assertEquals(STEADY, recovered);
    assertTrue(look(recovered, GOOD, DEGRADED, 60).held());
  }

  @Test
  void aChangeOfTheExtensionIsNeverHeld() {
    assertFalse(look(STEADY, GOOD, BLOCKED, 0).held());
    assertFalse(look(Debounce.NOTHING_SEEN, null, BLOCKED, 0).held());
  }

  @Test
  void aDegradationThatComesWithAnotherGrantIsNotOfHealthAlone() {
    Status revoked = status(pair(false, true), extension(ExtensionState.ACTIVE, Grant.NONE, true));
    assertFalse(look(STEADY, GOOD, revoked, 0).held());
  }

  @Test
  void recoveryAndChangesOfTheSameSeverityAreReportedAtOnce() {
    assertFalse(look(STEADY, DEGRADED, GOOD, 0).held());
    assertFalse(look(STEADY, DEGRADED, status(pair(false, true), ACTIVE), 0).held());
  }

  @Test
  void atFirstSightADegradationIsHeldUntilDefenderHasSettled() {
    Debounce first = look(Debounce.NOTHING_SEEN, null, DEGRADED, 0);
    assertTrue(first.isSettling());
    assertEquals(NOON.plus(SETTLE), first.lookAgainAt(CONFIRM));

    Debounce later = look(first, null, DEGRADED, 599);
    assertTrue(later.isSettling());
    assertFalse(look(later, null, DEGRADED, 600).held());
  }

  @Test
  void settlesAgainAfterBootAndUpdate() {
    Debounce booted = STEADY.after(GOOD, DEGRADED, DEGRADED, true, CONFIRM, SETTLE);
    assertTrue(booted.isSettling());

    Status updated = status(Records.with(pair(true, false), "appVersion", "101.99"), ACTIVE);
    assertTrue(look(STEADY, GOOD, updated, 0).isSettling());
  }

  @Test
  void aVersionThatIsNotKnownIsNoUpdate() {
    Status silent = status(Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3), ACTIVE);
    Debounce steady = look(STEADY, GOOD, silent, 0);
    assertFalse(steady.isSettling());
    assertEquals("101.02.48", steady.appVersion());
  }

  @Test
  void aClockSetBackHoldsNothingLongerThanTheSettingsSay() {
    Debounce first = look(STEADY, GOOD, DEGRADED, 0);
    Debounce back = look(first, GOOD, DEGRADED, -86_400);
    assertEquals(NOON.plusSeconds(-86_400).plus(CONFIRM), back.lookAgainAt(CONFIRM));

    Debounce settling = look(Debounce.NOTHING_SEEN, null, DEGRADED, 0);
    Debounce settlingBack = look(settling, null, DEGRADED, -86_400);
    assertEquals(NOON.plusSeconds(-86_400).plus(SETTLE), settlingBack.settledAt());
  }

  @Test
  void withoutWaitsEverythingIsReportedAtOnce() {
    Debounce steady =
        Debounce.NOTHING_SEEN.after(null, DEGRADED, DEGRADED, true, Duration.ZERO, Duration.ZERO);
    assertFalse(steady.held());
    assertNull(steady.lookAgainAt(Duration.ZERO));
  }

  /** Unknown is no end of a risk, and Defender need not answer while it settles. */
  @Test
  void aRiskThatCannotBeSeenIsHeldWhileDefenderSettles() {
    Status silent = status(Health.unreachable(Reachability.TIMEOUT, null), ACTIVE);
    Debounce booted = STEADY.after(DEGRADED, silent, silent, true, CONFIRM, SETTLE);
    assertTrue(booted.isSettling());
    Debounce last = look(booted, DEGRADED, silent, 599);
    assertTrue(last.holds(DEGRADED, silent));
    assertFalse(look(last, DEGRADED, silent, 600).holds(DEGRADED, silent));
    assertFalse(look(last, DEGRADED, GOOD, 599).holds(DEGRADED, GOOD));
    assertFalse(
        look(STEADY, DEGRADED, silent, 0).held(), "lost sight alone is LostSight's to hold");

    Debounce approved = STEADY.after(BLOCKED, silent, silent, true, CONFIRM, SETTLE);
    assertFalse(approved.holds(BLOCKED, silent), "a change of the extension");
  }

  private static Debounce look(
      Debounce before, @Nullable Status lastReported, Status now, int secondsLater) {
    Status then = StatusSamples.at(now, NOON.plusSeconds(secondsLater));
    return before.after(lastReported, then, then, false, CONFIRM, SETTLE);
  }
}
