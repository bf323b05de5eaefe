package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.StatusSamples;

/** When the approval database is watched every second. */
class ApprovalAwaitedTest {
  private static final AgentState AGENT = AgentState.quiet("1", StatusSamples.NOON, 0);

  @ParameterizedTest
  @CsvSource({
    // state and grant reported last, state and grant now, seconds they are seen so, watched
    "AWAITING_APPROVAL, NONE, AWAITING_APPROVAL, NONE, 0, true",
    "AWAITING_APPROVAL, NONE, UNKNOWN, UNREADABLE, 0, true",
    "AWAITING_APPROVAL, NONE, UNKNOWN, UNREADABLE, 59, true",
    "AWAITING_APPROVAL, NONE, UNKNOWN, UNREADABLE, 60, false",
    "NEVER_REQUESTED, NONE, UNKNOWN, UNREADABLE, 59, true",
    "AWAITING_APPROVAL, NONE, APPROVED_INACTIVE, USER, 0, false",
    "ACTIVE, USER, AWAITING_APPROVAL, NONE, 0, true",
    "ACTIVE, USER, NEVER_REQUESTED, NONE, 0, true",
    "ACTIVE, USER, UNKNOWN, UNREADABLE, 0, false",
  })
  void aLookThatCannotReadTheDatabaseDoesNotEndTheWait(
      ExtensionState reported,
      Grant reportedGrant,
      ExtensionState state,
      Grant grant,
      int seconds,
      boolean isWatched) {
    Assessor assessor = new Assessor();
    State before =
        State.fresh("uuid")
            .withReported(look(assessor, State.fresh("uuid"), reported, reportedGrant, 0).status());
    State first =
        before.after(
            look(assessor, before, state, grant, 0), LoadHistory.NONE, Settings.defaults());
    Assessment later = look(assessor, first, state, grant, seconds);
    assertEquals(isWatched, new Cycle.CycleResult(later, null, null, null).isApprovalAwaited());
  }

  private static Assessment look(
      Assessor assessor, State before, ExtensionState state, Grant grant, int seconds) {
    Moment now = new Moment(StatusSamples.NOON.plusSeconds(seconds), seconds * 1_000_000_000L);
    Extension extension = StatusSamples.extension(state, grant, false);
    return assessor.assess(
        StatusSamples.seen(now.wall(), StatusSamples.pair(true, false), extension),
        LoadHistory.NONE,
        before,
        Settings.defaults(),
        AGENT,
        now);
  }
}
