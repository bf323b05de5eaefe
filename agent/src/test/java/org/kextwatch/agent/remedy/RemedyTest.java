package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.kextwatch.agent.remedy.RemedySamples.LOAD;
import static org.kextwatch.agent.remedy.RemedySamples.LOADING;
import static org.kextwatch.agent.remedy.RemedySamples.NOTHING;
import static org.kextwatch.agent.remedy.RemedySamples.NOW;
import static org.kextwatch.agent.remedy.RemedySamples.NO_LOADS;
import static org.kextwatch.agent.remedy.RemedySamples.NO_PROMPTS;
import static org.kextwatch.agent.remedy.RemedySamples.decide;
import static org.kextwatch.agent.remedy.RemedySamples.decision;
import static org.kextwatch.agent.remedy.RemedySamples.extension;
import static org.kextwatch.agent.remedy.RemedySamples.tried;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

/** Which states of the extension make the loader run. */
final class RemedyTest {
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
}
