package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings.Loading;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.remedy.Decision.Load;
import org.kextwatch.agent.remedy.Decision.Nothing;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

final class RemedyTest {
  private static final Instant NOW = Instant.parse("2026-11-23T18:45:17Z");
  private static final Duration INTERVAL = Duration.ofMinutes(25);
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final Loading LOADING = new Loading(true, true, INTERVAL, 8, TIMEOUT);
  private static final Loading NO_LOADS = new Loading(false, true, INTERVAL, 8, TIMEOUT);
  private static final Loading NO_PROMPTS = new Loading(true, false, INTERVAL, 8, TIMEOUT);
  private static final Decision NOTHING = new Nothing(null);
  private static final Decision LOAD = new Load(Trigger.APPROVED);
  private static final Decision RENEW = new Load(Trigger.PROMPT_RENEWAL);

  @ParameterizedTest
  @CsvSource({
    // state, grant, user may approve, first decision, without prompts, without loads
    "APPROVED_INACTIVE, USER, true, APPROVED, APPROVED, ",
    "APPROVED_INACTIVE, MDM, false, APPROVED, APPROVED, ",
    "BLOCKED, USER_AND_MDM, , APPROVED, APPROVED, ",
    "CONFLICT, USER, true, APPROVED, APPROVED, ",
    "AWAITING_APPROVAL, NONE, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "AWAITING_APPROVAL, NONE, , PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "AWAITING_APPROVAL, NONE, false, , , ",
    "AWAITING_APPROVAL, LISTED_NOT_ALLOWED, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "AWAITING_APPROVAL, UNREADABLE, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "AWAITING_APPROVAL, UNREADABLE, false, , , ",
    "NEVER_REQUESTED, NONE, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "NEVER_REQUESTED, NONE, false, , , ",
    "BLOCKED, NONE, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "BLOCKED, UNREADABLE, , PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "BLOCKED, NONE, false, , , ",
    "UNKNOWN, UNREADABLE, true, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "UNKNOWN, UNREADABLE, , PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "UNKNOWN, UNREADABLE, false, PROMPT_RENEWAL, , PROMPT_RENEWAL",
    "UNKNOWN, NONE, true, , , ",
    "UNKNOWN, USER, true, , , ",
    "ABSENT, NONE, true, , , ",
    "ABSENT, USER, true, , , ",
    "ACTIVE, NONE, true, , , ",
    "ACTIVE, USER, true, , , ",
    "PENDING_RESTART, USER, true, , , ",
    "DISABLED, NONE, true, , , ",
  })
  void everyStateHasItsAction(
      ExtensionState state,
      Grant grant,
      Boolean userMayApprove,
      Trigger first,
      Trigger withoutPrompts,
      Trigger withoutLoads) {
    Extension extension = extension(ExtensionKind.KERNEL, state, grant, userMayApprove);
    assertEquals(decision(first), decide(extension, LoadHistory.NONE, LOADING));
    assertEquals(decision(withoutPrompts), decide(extension, LoadHistory.NONE, NO_PROMPTS));
    assertEquals(decision(withoutLoads), decide(extension, LoadHistory.NONE, NO_LOADS));
    Decision alone = Remedy.decide(extension, LoadHistory.NONE, LOADING, false, false, NOW);
    assertEquals(first == Trigger.APPROVED ? LOAD : NOTHING, alone);
  }

  @ParameterizedTest
  @EnumSource(value = ExtensionKind.class, names = "KERNEL", mode = EnumSource.Mode.EXCLUDE)
  void onlyKernelExtensionsAreLoaded(ExtensionKind kind) {
    for (ExtensionState state : ExtensionState.values()) {
      for (Grant grant : Grant.values()) {
        Extension extension = extension(kind, state, grant, true);
        assertEquals(NOTHING, decide(extension, LoadHistory.NONE, LOADING));
        assertFalse(Remedy.exhausted(extension, tried(100, NOW), LOADING));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ExtensionState.class)
  void defendersKextIsLeftAloneFromBigSurOn(ExtensionState state) {
    for (Grant grant : Grant.values()) {
      Extension extension = extension(ExtensionKind.KERNEL, state, grant, true);
      assertEquals(NOTHING, Remedy.decide(extension, LoadHistory.NONE, LOADING, true, true, NOW));
    }
  }

  @Test
  void anotherVendorsKextIsLoadedFromBigSurOnToo() {
    WatchedExtension other =
        new WatchedExtension("/Library/Extensions/x.kext", "org.example.x", "ABCDEFGHIJ");
    Extension extension =
        extension(other, ExtensionKind.KERNEL, ExtensionState.APPROVED_INACTIVE, Grant.USER, true);
    assertEquals(LOAD, Remedy.decide(extension, LoadHistory.NONE, LOADING, true, true, NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 5", "2, 30", "3, 120", "4, 600", "5, 1800", "6, 1800", "7, 1800",
  })
  void aFailedLoadIsTriedAgainLaterAndLater(int attempts, long seconds) {
    Extension extension = conflict();
    Instant due = NOW.plusSeconds(seconds);
    LoadHistory history = tried(attempts, NOW);
    assertEquals(new Nothing(due), decide(extension, history, LOADING, NOW));
    assertEquals(new Nothing(due), decide(extension, history, LOADING, due.minusMillis(1)));
    assertEquals(LOAD, decide(extension, history, LOADING, due));
    assertEquals(LOAD, decide(extension, history, LOADING, due.plusSeconds(86_400)));
  }

  @Test
  void theScheduleIsExactAndEnds() {
    List<Long> begins = new ArrayList<>();
    LoadHistory history = granted();
    Instant end = NOW.plus(Duration.ofDays(2));
    for (Instant at = NOW; at.isBefore(end); at = at.plusSeconds(1)) {
      if (decide(conflict(), history, LOADING, at).equals(LOAD)) {
        begins.add(Duration.between(NOW, at).toSeconds());
        history = history.beginning(at, Trigger.APPROVED);
      }
    }
    assertEquals(List.of(0L, 5L, 35L, 155L, 755L, 2555L, 4355L, 6155L), begins);
    assertTrue(Remedy.exhausted(conflict(), history, LOADING));
    assertEquals(NOTHING, decide(conflict(), history, LOADING, end));
  }

  @ParameterizedTest
  @CsvSource({"USER_AND_MDM, boot, 1", "USER, other, 1", "USER, boot, 2"})
  void aNewGrantBootOrVersionStartsAnew(Grant grant, String boot, String version) {
    LoadHistory spent = tried(8, NOW);
    assertTrue(Remedy.exhausted(conflict(), spent, LOADING));
    LoadHistory anew = spent.seen(NOW, boot, version, grant);
    assertFalse(Remedy.exhausted(conflict(), anew, LOADING));
    assertEquals(LOAD, decide(conflict(), anew, LOADING, NOW));
  }

  @Test
  void anArrivingGrantIsLoadedAtOnceThoughAPromptWasJustRenewed() {
    LoadHistory renewed =
        LoadHistory.NONE.seen(NOW, "boot", "1", Grant.NONE).beginning(NOW, Trigger.PROMPT_RENEWAL);
    LoadHistory allowed = renewed.seen(NOW.plusSeconds(1), "boot", "1", Grant.USER);
    Extension extension =
        extension(ExtensionKind.KERNEL, ExtensionState.APPROVED_INACTIVE, Grant.USER, true);
    assertEquals(LOAD, decide(extension, allowed, LOADING, NOW.plusSeconds(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void attemptsThatAreLeftAreNotExhausted(int attempts) {
    assertFalse(Remedy.exhausted(conflict(), tried(attempts, NOW), LOADING));
  }

  @ParameterizedTest
  @EnumSource(
      value = ExtensionState.class,
      names = {"APPROVED_INACTIVE", "BLOCKED", "CONFLICT"},
      mode = EnumSource.Mode.EXCLUDE)
  void onlyAWaitingGrantIsExhausted(ExtensionState state) {
    Extension extension = extension(ExtensionKind.KERNEL, state, Grant.USER, true);
    assertFalse(Remedy.exhausted(extension, tried(8, NOW), LOADING));
    Extension blocked = extension(ExtensionKind.KERNEL, ExtensionState.BLOCKED, Grant.NONE, true);
    assertFalse(Remedy.exhausted(blocked, tried(8, NOW), LOADING));
  }

  @Test
  void aPromptIsRenewedWhenItsIntervalHasPassed() {
    LoadHistory history = LoadHistory.NONE.beginning(NOW, Trigger.PROMPT_RENEWAL);
    Instant due = NOW.plus(INTERVAL);
    assertEquals(new Nothing(due), decide(awaiting(), history, LOADING, NOW));
    assertEquals(new Nothing(due), decide(awaiting(), history, LOADING, due.minusMillis(1)));
    assertEquals(RENEW, decide(awaiting(), history, LOADING, due));
  }

  @Test
  void aBlockedLoadOfARevokedGrantKeptThePromptAliveToo() {
    LoadHistory history = LoadHistory.NONE.beginning(NOW, Trigger.APPROVED);
    assertEquals(new Nothing(NOW.plus(INTERVAL)), decide(awaiting(), history, LOADING, NOW));
  }

  @Test
  void aClockThatWasSetBackHoldsNothingUp() {
    Instant future = NOW.plus(Duration.ofDays(365));
    LoadHistory renewed = LoadHistory.NONE.beginning(future, Trigger.PROMPT_RENEWAL);
    assertEquals(RENEW, decide(awaiting(), renewed, LOADING, NOW));
    LoadHistory again = renewed.beginning(NOW, Trigger.PROMPT_RENEWAL);
    assertEquals(new Nothing(NOW.plus(INTERVAL)), decide(awaiting(), again, LOADING, NOW));
    assertEquals(LOAD, decide(conflict(), tried(7, future), LOADING, NOW));
    assertEquals(NOTHING, decide(conflict(), tried(8, future), LOADING, NOW));
  }

  @ParameterizedTest
  @ValueSource(ints = {600, 1500, 1740})
  void aDayOfWaitingKeepsThePromptAliveUpTo48Times(int interval) {
    Loading loading = new Loading(true, true, Duration.ofSeconds(interval), 8, TIMEOUT);
    List<Instant> renewals = new ArrayList<>();
    LoadHistory history = LoadHistory.NONE.seen(NOW, "boot", "1", Grant.NONE);
    Duration tick = Duration.ofSeconds(30);
    Instant end = NOW.plus(Duration.ofDays(3));
    for (Instant at = NOW; at.isBefore(end); at = at.plus(tick)) {
      if (decide(awaiting(), history, loading, at).equals(RENEW)) {
        renewals.add(at);
        history = history.beginning(at, Trigger.PROMPT_RENEWAL);
      }
    }
    assertEquals(3 * 48, renewals.size());
    for (int i = 1; i < renewals.size(); i++) {
      Duration pause = Duration.between(renewals.get(i - 1), renewals.get(i));
      assertTrue(pause.toSeconds() >= interval, pause.toString());
      if (i % 48 != 0) {
        assertEquals(interval, pause.toSeconds());
      } else { // the day's are spent: the next is due a day after the first of them
        assertEquals(renewals.get(i - 48).plus(Duration.ofDays(1)), renewals.get(i));
      }
    }
  }

  @Test
  void afterADaysPromptsItIsSaidWhenToLookAgain() {
    LoadHistory history = LoadHistory.NONE;
    for (int i = 0; i < 48; i++) {
      history = history.beginning(NOW.plusSeconds(1500L * i), Trigger.PROMPT_RENEWAL);
    }
    Instant later = NOW.plusSeconds(1500L * 48);
    Instant dayAfter = NOW.plus(Duration.ofDays(1));
    assertEquals(new Nothing(dayAfter), decide(awaiting(), history, LOADING, later));
    assertEquals(RENEW, decide(awaiting(), history, LOADING, dayAfter));
    LoadHistory restarted = history.seen(later, "other boot", "1", Grant.NONE);
    assertEquals(new Nothing(dayAfter), decide(awaiting(), restarted, LOADING, later));
  }

  @ParameterizedTest
  @CsvSource({
    // state, grant, user may approve, first decision, once the attempts are spent, without loads
    "AWAITING_APPROVAL, NONE, true, APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "AWAITING_APPROVAL, NONE, , APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "AWAITING_APPROVAL, NONE, false, APPROVED, , ",
    "AWAITING_APPROVAL, LISTED_NOT_ALLOWED, true, APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "AWAITING_APPROVAL, UNREADABLE, false, APPROVED, , ",
    "NEVER_REQUESTED, NONE, true, APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "NEVER_REQUESTED, NONE, false, APPROVED, , ",
    "BLOCKED, NONE, false, APPROVED, , ",
    "UNKNOWN, UNREADABLE, true, APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "UNKNOWN, UNREADABLE, false, APPROVED, PROMPT_RENEWAL, PROMPT_RENEWAL",
    "UNKNOWN, NONE, true, , , ",
    "PENDING_RESTART, NONE, true, , , ",
    "ACTIVE, NONE, true, , , ",
    "ABSENT, NONE, true, , , ",
  })
  void whatAProfileAllowsIsTriedAsIfItWereApproved(
      ExtensionState state,
      Grant grant,
      Boolean userMayApprove,
      Trigger first,
      Trigger spent,
      Trigger withoutLoads) {
    Extension extension = allowed(state, grant, userMayApprove);
    LoadHistory none = LoadHistory.NONE.seen(NOW, "boot", "1", grant).allowing(true);
    LoadHistory tried = none;
    for (int i = 0; i < 8; i++) {
      tried = tried.beginning(NOW.minus(INTERVAL), Trigger.APPROVED);
    }
    assertEquals(decision(first), decide(extension, none, LOADING));
    assertEquals(decision(spent), decide(extension, tried, LOADING));
    assertEquals(decision(withoutLoads), decide(extension, none, NO_LOADS));
    assertEquals(decision(first), decide(extension, none, NO_PROMPTS));
    assertEquals(NOTHING, decide(extension, tried, NO_PROMPTS));
    assertEquals(
        decision(first), Remedy.decide(extension, none, LOADING, false, false, NOW), "no user");
    assertEquals(NOTHING, Remedy.decide(extension, tried, LOADING, false, false, NOW), "no user");
    assertFalse(Remedy.exhausted(extension, tried, LOADING), "it still awaits its approval");
  }

  @Test
  void whatAProfileAllowsIsTriedOnTheScheduleAndThenThePromptIsRenewed() {
    Extension extension = allowed(ExtensionState.AWAITING_APPROVAL, Grant.NONE, true);
    LoadHistory history = LoadHistory.NONE.seen(NOW, "boot", "1", Grant.NONE).allowing(true);
    List<String> runs = new ArrayList<>();
    for (Instant at = NOW; runs.size() < 10; at = at.plusSeconds(1)) {
      if (decide(extension, history, LOADING, at) instanceof Load load) {
        runs.add(load.trigger() + " " + Duration.between(NOW, at).toSeconds());
        history = history.beginning(at, load.trigger());
      }
    }
    assertEquals(
        List.of(
            "APPROVED 0",
            "APPROVED 5",
            "APPROVED 35",
            "APPROVED 155",
            "APPROVED 755",
            "APPROVED 2555",
            "APPROVED 4355",
            "APPROVED 6155",
            "PROMPT_RENEWAL 7655",
            "PROMPT_RENEWAL 9155"),
        runs);
  }

  /** Each is loaded well, and unloaded by something hours later. */
  @Test
  void anyNumberOfGoodLoadsInOneBootIsNoFailure() {
    LoadHistory history = granted();
    for (int i = 0; i < 30; i++) {
      Instant begin = NOW.plus(Duration.ofHours(i));
      history = history.listing(begin, false);
      assertEquals(LOAD, decide(approved(), history, LOADING, begin), "load " + i);
      assertFalse(Remedy.exhausted(approved(), history, LOADING));
      history = history.beginning(begin, Trigger.APPROVED);
      for (int minute = 0; minute <= 50; minute += 5) {
        history = history.listing(begin.plusSeconds(60L * minute), true);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 60, 599})
  void aKextThatIsUnloadedAgainAndAgainIsNotLoadedForEver(long lasts) {
    LoadHistory history = granted();
    int loads = 0;
    Instant begun = NOW.minus(Duration.ofDays(1));
    for (Instant at = NOW; at.isBefore(NOW.plus(Duration.ofDays(1))); at = at.plusSeconds(1)) {
      boolean isLoaded = begun.plusSeconds(lasts).isAfter(at);
      history = history.listing(at, isLoaded);
      if (!isLoaded && decide(approved(), history, LOADING, at).equals(LOAD)) {
        loads++;
        begun = at;
        history = history.beginning(at, Trigger.APPROVED);
      }
    }
    assertEquals(8, loads);
    assertTrue(Remedy.exhausted(approved(), history, LOADING));
  }

  private static Decision decide(Extension extension, LoadHistory history, Loading loading) {
    return decide(extension, history, loading, NOW);
  }

  private static Decision decide(
      Extension extension, LoadHistory history, Loading loading, Instant now) {
    return Remedy.decide(extension, history, loading, true, false, now);
  }

  private static Decision decision(Trigger trigger) {
    return trigger == null ? NOTHING : new Load(trigger);
  }

  private static LoadHistory granted() {
    return LoadHistory.NONE.seen(NOW, "boot", "1", Grant.USER);
  }

  private static LoadHistory tried(int times, Instant last) {
    LoadHistory history = granted();
    for (int i = 0; i < times; i++) {
      history = history.beginning(last, Trigger.APPROVED);
    }
    return history;
  }

  private static Extension conflict() {
    return extension(ExtensionKind.KERNEL, ExtensionState.CONFLICT, Grant.USER, true);
  }

  private static Extension approved() {
    return extension(ExtensionKind.KERNEL, ExtensionState.APPROVED_INACTIVE, Grant.USER, true);
  }

  private static Extension allowed(ExtensionState state, Grant grant, Boolean userMayApprove) {
    Extension other = extension(ExtensionKind.KERNEL, state, grant, userMayApprove);
    return new Extension(
        other.kind(),
        other.state(),
        other.bundleId(),
        other.teamId(),
        other.path(),
        other.version(),
        other.loaded(),
        other.loadedVersion(),
        other.grant(),
        other.grantEvidence(),
        other.userMayApprove(),
        true,
        other.lastAttempt(),
        other.systemExtensions());
  }

  private static Extension awaiting() {
    return extension(ExtensionKind.KERNEL, ExtensionState.AWAITING_APPROVAL, Grant.NONE, true);
  }

  private static Extension extension(
      ExtensionKind kind, ExtensionState state, Grant grant, Boolean userMayApprove) {
    return extension(WatchedExtension.DEFENDER, kind, state, grant, userMayApprove);
  }

  private static Extension extension(
      WatchedExtension watched,
      ExtensionKind kind,
      ExtensionState state,
      Grant grant,
      Boolean userMayApprove) {
    return new Extension(
        kind,
        state,
        watched.bundleId(),
        watched.teamId(),
        watched.path(),
        "1",
        false,
        null,
        grant,
        "",
        userMayApprove,
        false,
        null,
        List.of());
  }
}
