package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoadHistoryTest {
  private static final Instant T0 = Instant.parse("2026-11-23T08:00:00Z");
  private static final Instant T1 = T0.plusSeconds(60);
  private static final Attempt BLOCKED = new Attempt(T0, Outcome.POLICY_BLOCKED, 27, "");

  @ParameterizedTest
  @CsvSource({
    // grant before, after, boot, version, whether the attempt still counts, since when granted
    "NONE, NONE, boot, 1, true, ",
    "NONE, LISTED_NOT_ALLOWED, boot, 1, true, ",
    "NONE, UNREADABLE, boot, 1, true, ",
    "NONE, USER, boot, 1, false, now",
    "NONE, MDM, boot, 1, false, now",
    "LISTED_NOT_ALLOWED, USER, boot, 1, false, now",
    "USER, USER, boot, 1, true, before",
    "USER, UNREADABLE, boot, 1, true, before",
    "USER, USER_AND_MDM, boot, 1, false, now",
    "USER_AND_MDM, MDM, boot, 1, false, now",
    "USER, NONE, boot, 1, false, ",
    "MDM, LISTED_NOT_ALLOWED, boot, 1, false, ",
    "USER, USER, other, 1, false, before",
    "USER, USER, boot, 2, false, before",
    "NONE, NONE, other, 1, false, ",
    "NONE, NONE, boot, 2, false, ",
    "NONE, NONE, , 1, true, ",
    "NONE, NONE, boot, , true, ",
    "USER, USER, , , true, before",
  })
  void anAttemptCountsForItsBootVersionAndGrant(
      Grant before, Grant after, String boot, String version, boolean counts, String since) {
    LoadHistory tried =
        LoadHistory.NONE
            .seen(T0, "boot", "1", before)
            .beginning(T0, Trigger.APPROVED)
            .ended(BLOCKED);
    LoadHistory now = tried.seen(T1, boot, version, after);
    assertEquals(counts ? BLOCKED : null, now.last());
    assertEquals(counts ? 1 : 0, now.attempts());
    Instant expected = since == null ? null : since.equals("now") ? T1 : T0;
    assertEquals(expected, now.grantedSince());
  }

  @Test
  void theBeginIsForgottenWithTheBootOrVersionAndNotWithTheGrant() {
    LoadHistory begun =
        LoadHistory.NONE.seen(T0, "boot", "1", Grant.NONE).beginning(T0, Trigger.PROMPT_RENEWAL);
    assertEquals(T0, begun.seen(T1, "boot", "1", Grant.USER).begun());
    assertNull(begun.seen(T1, "other", "1", Grant.NONE).begun());
    assertNull(begun.seen(T1, "boot", "2", Grant.NONE).begun());
    assertEquals(List.of(T0), begun.seen(T1, "other", "2", Grant.NONE).prompts());
  }

  @Test
  void whatCouldNotBeReadIsNoNews() {
    LoadHistory known = LoadHistory.NONE.seen(T0, "boot", "1", Grant.USER);
    LoadHistory blind = known.seen(T1, null, null, Grant.UNREADABLE);
    assertEquals(known, blind);
    assertEquals(known, blind.seen(T1, "boot", "1", Grant.USER));
    assertNull(LoadHistory.NONE.seen(T0, null, null, Grant.UNREADABLE).grant());
  }

  @Test
  void lookingAgainChangesNothing() {
    LoadHistory once =
        LoadHistory.NONE
            .seen(T0, "boot", "1", Grant.MDM)
            .beginning(T0, Trigger.APPROVED)
            .ended(BLOCKED);
    assertEquals(once, once.seen(T1, "boot", "1", Grant.MDM));
  }

  @Test
  void onlyLoadsForAGrantAreCountedAsAttempts() {
    LoadHistory history = LoadHistory.NONE.beginning(T0, Trigger.PROMPT_RENEWAL);
    assertEquals(0, history.attempts());
    assertEquals(List.of(T0), history.prompts());
    history = history.beginning(T1, Trigger.APPROVED).beginning(T1, Trigger.APPROVED);
    assertEquals(2, history.attempts());
    assertEquals(List.of(T0), history.prompts());
    assertEquals(T1, history.begun());
    assertNull(history.last());
  }

  @Test
  void renewalsOlderThanADayAreForgotten() {
    Instant later = T0.plus(Duration.ofDays(1));
    LoadHistory history =
        LoadHistory.NONE
            .beginning(T0, Trigger.PROMPT_RENEWAL)
            .beginning(T1, Trigger.PROMPT_RENEWAL)
            .beginning(later, Trigger.PROMPT_RENEWAL);
    assertEquals(List.of(T1, later), history.prompts());
  }

  /** A clock that is set back again and again would else allow any number of prompts. */
  @Test
  void renewalsBeforeTheClockWasSetBackCountAsJustMade() {
    LoadHistory history =
        LoadHistory.NONE.beginning(T1, Trigger.PROMPT_RENEWAL).seen(T0, "boot", "1", Grant.NONE);
    assertEquals(List.of(T0), history.prompts());
    assertEquals(history, history.seen(T1, "boot", "1", Grant.NONE));
  }

  @Test
  void renewalsOfTheFutureAreForgottenToo() {
    LoadHistory history =
        LoadHistory.NONE
            .beginning(T1, Trigger.PROMPT_RENEWAL)
            .beginning(T0, Trigger.PROMPT_RENEWAL);
    assertEquals(List.of(T0), history.prompts());
  }
}
