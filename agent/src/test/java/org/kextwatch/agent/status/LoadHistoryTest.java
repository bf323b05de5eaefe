package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;
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
  void whatCannotBeReadChangesNothing() {
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
    assertEquals(List.of(T0.minusMillis(1)), history.prompts());
    assertEquals(history, history.seen(T1, "boot", "1", Grant.NONE));
  }

  /** While the database cannot be read, only a load for the last grant shows that it was one. */
  @Test
  void aRenewalStaysOneWhenTheClockIsSetBackAndALoadAfterItIsALoad() {
    Attempt renewal = new Attempt(T1, Outcome.BAD_SIGNATURE, 1, "");
    LoadHistory renewed =
        LoadHistory.NONE
            .seen(T0, "boot", "1", Grant.USER)
            .beginning(T1, Trigger.PROMPT_RENEWAL)
            .ended(renewal)
            .seen(T0, "boot", "1", Grant.UNREADABLE);
    assertFalse(renewed.isApproved(Grant.UNREADABLE));
    LoadHistory loaded =
        renewed
            .beginning(T0, Trigger.APPROVED)
            .ended(new Attempt(T0, Outcome.POLICY_BLOCKED, 27, ""));
    assertTrue(loaded.isApproved(Grant.UNREADABLE));
    LoadHistory setBack = loaded.seen(T0.minusSeconds(60), "boot", "1", Grant.UNREADABLE);
    assertTrue(setBack.isApproved(Grant.UNREADABLE));
  }

  /**
   * What a renewal is told counts more than a grant that was read before it, and less than one that
   * is read after it: whether or not the settings let the agent load what is approved.
   */
  @ParameterizedTest
  @CsvSource({
    // the grant at each look, a renewal after the second one; approved while nothing can be read
    "USER UNREADABLE UNREADABLE, false",
    "USER UNREADABLE USER, true",
    "USER UNREADABLE USER UNREADABLE, true",
    "USER UNREADABLE NONE UNREADABLE, false",
    "USER UNREADABLE LISTED_NOT_ALLOWED UNREADABLE, false",
    "USER UNREADABLE NONE USER UNREADABLE, false",
    "USER UNREADABLE MDM UNREADABLE, false",
    "NONE NONE USER UNREADABLE, false",
    "NONE NONE UNREADABLE, false",
    "UNREADABLE UNREADABLE USER UNREADABLE, false",
  })
  void aGrantThatIsReadAfterARenewalHolds(String grants, boolean isApproved) {
    List<Grant> looks = Stream.of(grants.split(" ")).map(Grant::valueOf).toList();
    LoadHistory history = LoadHistory.NONE;
    for (Grant look : looks.subList(0, 2)) {
      history = history.seen(T0, "boot", "1", look);
    }
    history = history.beginning(T0, Trigger.PROMPT_RENEWAL).ended(BLOCKED);
    for (Grant look : looks.subList(2, looks.size())) {
      history = history.seen(T1, "boot", "1", look);
    }
    assertEquals(isApproved, history.isApproved(Grant.UNREADABLE));
  }

  /** As when the agent is killed meanwhile: the database had been read before the load began. */
  @Test
  void aLoadThatNeverEndedWasMadeForTheGrantToo() {
    LoadHistory killed =
        LoadHistory.NONE
            .seen(T0, "boot", "1", Grant.USER)
            .beginning(T0, Trigger.PROMPT_RENEWAL) // while the database could not be read
            .ended(BLOCKED)
            .beginning(T1, Trigger.APPROVED);
    assertTrue(killed.isApproved(Grant.UNREADABLE));
    assertFalse(killed.isApproved(Grant.NONE));
    assertFalse(killed.seen(T1, "boot", "1", Grant.NONE).isApproved(Grant.UNREADABLE));
  }

  @Test
  void renewalsOfTheFutureAreForgottenToo() {
    LoadHistory history =
        LoadHistory.NONE
            .beginning(T1, Trigger.PROMPT_RENEWAL)
            .beginning(T0, Trigger.PROMPT_RENEWAL);
    assertEquals(List.of(T0), history.prompts());
  }

  @ParameterizedTest
  @CsvSource({
    // seconds of each look and whether the kernel lists the kext then; attempts that are left
    "0 yes 599 yes, 3",
    "0 yes 600 yes, 0",
    "0 yes 300 yes 600 yes, 0",
    "0 yes 300 no 600 yes, 3",
    "0 yes 599 no 600 yes 1199 yes, 3",
    "0 yes 599 no 600 yes 1200 yes, 0",
    "0 yes 300 unknown 600 yes, 0",
    "0 unknown 600 yes, 3",
    "0 no 600 no, 3",
    "0 yes -300 yes 299 yes, 3",
    "0 yes -300 yes 300 yes, 0",
  })
  void aLoadThatLastsTenMinutesResetsTheAttempts(String looks, int attempts) {
    LoadHistory history = LoadHistory.NONE.seen(T0, "boot", "1", Grant.USER);
    for (int i = 0; i < 3; i++) {
      history = history.beginning(T0, Trigger.APPROVED);
    }
    Scanner words = new Scanner(looks);
    while (words.hasNext()) {
      Instant at = T0.plusSeconds(words.nextLong());
      String answer = words.next();
      Boolean loaded = answer.equals("unknown") ? null : answer.equals("yes");
      history = history.seen(at, "boot", "1", Grant.USER).listing(at, loaded);
      assertEquals(history, history.listing(at, loaded), "looking again changes nothing");
    }
    assertEquals(attempts, history.attempts());
  }

  @ParameterizedTest
  @CsvSource({"other, 1", "boot, 2"})
  void anotherBootOrVersionHasNotBeenLoadedYet(String boot, String version) {
    LoadHistory loaded =
        LoadHistory.NONE
            .seen(T0, "boot", "1", Grant.USER)
            .listing(T0, true)
            .seen(T1, boot, version, Grant.USER);
    assertNull(loaded.loadedSince());
  }

  @ParameterizedTest
  @CsvSource({
    // grant, allowed by profile before, after; attempts that are left
    "NONE, true, true, 3",
    "NONE, false, true, 0",
    "NONE, , true, 0",
    "NONE, true, false, 0",
    "NONE, true, , 3",
    "UNREADABLE, true, , 3",
    "UNREADABLE, false, true, 0",
    "USER, false, true, 3",
    "USER, true, false, 3",
  })
  void attemptsForAnAllowanceCountFromWhenItComes(
      Grant grant, Boolean before, Boolean after, int attempts) {
    LoadHistory history = LoadHistory.NONE.seen(T0, "boot", "1", grant).allowing(before);
    for (int i = 0; i < 3; i++) {
      history = history.beginning(T0, Trigger.APPROVED).ended(BLOCKED);
    }
    LoadHistory now = history.allowing(after);
    assertEquals(attempts, now.attempts());
    assertEquals(BLOCKED, now.last(), "a profile alone voids no evidence");
    assertEquals(after == null ? before : after, now.allowed());
  }

  @Test
  void aGrantThatFollowsAnAllowanceHasAttemptsOfItsOwn() {
    LoadHistory allowed =
        LoadHistory.NONE
            .seen(T0, "boot", "1", Grant.NONE)
            .allowing(true)
            .beginning(T0, Trigger.APPROVED);
    assertEquals(1, allowed.seen(T1, "boot", "1", Grant.NONE).attempts());
    assertEquals(0, allowed.seen(T1, "boot", "1", Grant.MDM).attempts());
  }
}
