package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.kextwatch.agent.remedy.RemedySamples.INTERVAL;
import static org.kextwatch.agent.remedy.RemedySamples.LOADING;
import static org.kextwatch.agent.remedy.RemedySamples.NOTHING;
import static org.kextwatch.agent.remedy.RemedySamples.NOW;
import static org.kextwatch.agent.remedy.RemedySamples.NO_LOADS;
import static org.kextwatch.agent.remedy.RemedySamples.NO_PROMPTS;
import static org.kextwatch.agent.remedy.RemedySamples.allowed;
import static org.kextwatch.agent.remedy.RemedySamples.decide;
import static org.kextwatch.agent.remedy.RemedySamples.decision;
import static org.kextwatch.agent.remedy.RemedySamples.extension;
import static org.kextwatch.agent.remedy.RemedySamples.tried;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.remedy.Decision.Load;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

/** When the loader runs for a kext that a profile allows and no user has approved. */
final class ProfileAllowanceTest {
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
}
