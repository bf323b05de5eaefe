package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.remedy.RemedySamples.LOAD;
import static org.kextwatch.agent.remedy.RemedySamples.LOADING;
import static org.kextwatch.agent.remedy.RemedySamples.NOTHING;
import static org.kextwatch.agent.remedy.RemedySamples.NOW;
import static org.kextwatch.agent.remedy.RemedySamples.NO_LOADS;
import static org.kextwatch.agent.remedy.RemedySamples.allowed;
import static org.kextwatch.agent.remedy.RemedySamples.conflict;
import static org.kextwatch.agent.remedy.RemedySamples.decide;
import static org.kextwatch.agent.remedy.RemedySamples.decision;
import static org.kextwatch.agent.remedy.RemedySamples.extension;
import static org.kextwatch.agent.remedy.RemedySamples.granted;
import static org.kextwatch.agent.remedy.RemedySamples.tried;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.remedy.Decision.Nothing;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Trigger;

/** When a failed load is tried again, and when its attempts are used up. */
final class LoadRetriesTest {
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
  void aNewGrantBootOrVersionGetsAllAttemptsAgain(Grant grant, String boot, String version) {
    LoadHistory spent = tried(8, NOW);
    assertTrue(Remedy.exhausted(conflict(), spent, LOADING));
    LoadHistory renewed = spent.seen(NOW, boot, version, grant);
    assertFalse(Remedy.exhausted(conflict(), renewed, LOADING));
    assertEquals(LOAD, decide(conflict(), renewed, LOADING, NOW));
  }

  @Test
  void aNewGrantIsLoadedAtOnceThoughAPromptWasJustRenewed() {
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

  /** Grant unknown is not grant revoked: one that was acted on holds. */
  @ParameterizedTest
  @CsvSource({
    // state, last readable grant, attempts, decision, decision without loads, used up
    "CONFLICT, USER, 8, , , true",
    "CONFLICT, MDM, 7, APPROVED, , false",
    "BLOCKED, USER_AND_MDM, 8, , , true",
    "BLOCKED, USER, 1, APPROVED, , false",
    "UNKNOWN, USER, 8, , , false",
    "UNKNOWN, USER, 1, APPROVED, , false",
    // nothing was tried for it in this boot: an attempt is the only way to learn the state
    "UNKNOWN, USER, 0, PROMPT_RENEWAL, PROMPT_RENEWAL, false",
    "AWAITING_APPROVAL, USER, 0, PROMPT_RENEWAL, PROMPT_RENEWAL, false",
    "BLOCKED, NONE, 8, PROMPT_RENEWAL, PROMPT_RENEWAL, false",
    "AWAITING_APPROVAL, LISTED_NOT_ALLOWED, 0, PROMPT_RENEWAL, PROMPT_RENEWAL, false",
    "UNKNOWN, NONE, 8, PROMPT_RENEWAL, PROMPT_RENEWAL, false",
  })
  void anUnreadableDatabaseTakesNoGrantBack(
      ExtensionState state,
      Grant lastReadable,
      int attempts,
      Trigger trigger,
      Trigger withoutLoads,
      boolean exhausted) {
    LoadHistory history = LoadHistory.NONE.seen(NOW, "boot", "1", lastReadable);
    Instant before = NOW.minus(Duration.ofDays(2));
    for (int i = 0; i < attempts; i++) {
      history =
          history
              .beginning(before, Trigger.APPROVED)
              .ended(new Attempt(before, Outcome.FAILED, 71, ""));
    }
    LoadHistory now = history.seen(NOW, "boot", "1", Grant.UNREADABLE);
    Extension extension = extension(ExtensionKind.KERNEL, state, Grant.UNREADABLE, true);
    assertEquals(decision(trigger), decide(extension, now, LOADING));
    assertEquals(decision(withoutLoads), decide(extension, now, NO_LOADS));
    assertEquals(exhausted, Remedy.exhausted(extension, now, LOADING));
  }

  /** Each load succeeds, and something unloads the kext hours later. */
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
  void aKextThatIsUnloadedAgainAndAgainUsesTheAttemptsUp(long lasts) {
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

  private static Extension approved() {
    return extension(ExtensionKind.KERNEL, ExtensionState.APPROVED_INACTIVE, Grant.USER, true);
  }
}
