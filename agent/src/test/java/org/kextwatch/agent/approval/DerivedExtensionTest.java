package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.kextwatch.agent.approval.DerivationSamples.EPSEXT;
import static org.kextwatch.agent.approval.DerivationSamples.version;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.SystemExtension;
import org.kextwatch.agent.status.Trigger;

/** What the derived extension shows of its evidence, and which evidence still counts. */
final class DerivedExtensionTest {
  @Test
  void theExtensionShowsItsEvidence() {
    Attempt attempt = new Attempt(Instant.EPOCH, Outcome.POLICY_BLOCKED, 27, "Kext rejected");
    SystemExtension epsext =
        new SystemExtension(EPSEXT, "101.1", "terminated_waiting_to_uninstall_on_reboot");
    Evidence evidence =
        new Evidence(
            version("10.15.7"),
            true,
            "101.02.48",
            new KernelEntry(false, null),
            Grant.NONE,
            "kext_policy has no row",
            new ManagedPolicy(false, true, "a profile allows its team", Policies.NONE),
            LoadHistory.NONE.ended(attempt),
            null,
            List.of(epsext),
            ManagedPolicy.NONE);
    assertEquals(
        new Extension(
            ExtensionKind.KERNEL,
            ExtensionState.AWAITING_APPROVAL,
            "com.microsoft.wdavkext",
            "UBF8T346G9",
            "/Library/Extensions/wdavkext.kext",
            "101.02.48",
            false,
            null,
            Grant.NONE,
            "kext_policy has no row; a profile allows its team",
            false,
            true,
            attempt,
            List.of(epsext)),
        Derivation.extension(WatchedExtension.DEFENDER, evidence));
  }

  @Test
  void aSystemExtensionHasItsOwnGrantAndPolicy() {
    Extension extension =
        Derivation.extension(
            WatchedExtension.DEFENDER,
            new Evidence(
                version("12.6"),
                true,
                "1",
                KernelEntry.NOT_LOADED,
                Grant.USER,
                "kext_policy allows it (user)",
                new ManagedPolicy(false, false, "a profile does not allow it", Policies.NONE),
                LoadHistory.NONE,
                null,
                List.of(new SystemExtension(EPSEXT, "1", "activated_waiting_for_user")),
                new ManagedPolicy(true, true, "a profile allows it by name", Policies.NONE)));
    assertEquals(ExtensionState.AWAITING_APPROVAL, extension.state());
    assertNull(extension.loaded());
    assertNull(extension.lastAttempt());
    assertEquals(Grant.NONE, extension.grant());
    assertEquals(
        "system extensions are not in KextPolicy, their states tell; a profile allows it by name",
        extension.grantEvidence());
    assertEquals(true, extension.userMayApprove());
    assertEquals(true, extension.allowedByProfile());
  }

  /** A conflict stays one without the database; a renewal made meanwhile is evidence of its own. */
  @Test
  void aDatabaseThatBecomesUnreadableTakesNoGrantBack() {
    LoadHistory granted = LoadHistory.NONE.seen(Instant.EPOCH, "boot", "1", Grant.USER);
    Instant later = Instant.EPOCH.plusSeconds(1);
    Attempt refused = new Attempt(later, Outcome.POLICY_BLOCKED, 27, "");
    assertEquals(
        ExtensionState.CONFLICT,
        unreadable(granted.beginning(later, Trigger.APPROVED).ended(refused)));
    assertEquals(
        ExtensionState.AWAITING_APPROVAL,
        unreadable(granted.beginning(later, Trigger.PROMPT_RENEWAL).ended(refused)));
    assertEquals(
        ExtensionState.AWAITING_APPROVAL,
        unreadable(LoadHistory.NONE.beginning(later, Trigger.PROMPT_RENEWAL).ended(refused)));
  }

  @Test
  void anAttemptIsOverOnceTheKernelHasListedTheKext() {
    Attempt refused = new Attempt(Instant.EPOCH, Outcome.POLICY_BLOCKED, 27, "");
    LoadHistory blocked =
        LoadHistory.NONE.seen(Instant.EPOCH, "boot", "1", Grant.USER).ended(refused);
    LoadHistory loaded = blocked.listing(Instant.EPOCH.plusSeconds(1), true);
    LoadHistory unloaded = loaded.listing(Instant.EPOCH.plusSeconds(2), false);
    assertEquals(ExtensionState.CONFLICT, state(blocked, KernelEntry.UNKNOWN, Grant.USER));
    assertEquals(ExtensionState.UNKNOWN, state(loaded, KernelEntry.UNKNOWN, Grant.USER));
    assertEquals(ExtensionState.CONFLICT, state(unloaded, KernelEntry.UNKNOWN, Grant.USER));
  }

  private static ExtensionState unreadable(LoadHistory history) {
    return state(history, KernelEntry.NOT_LOADED, Grant.UNREADABLE);
  }

  private static ExtensionState state(LoadHistory history, KernelEntry listed, Grant grant) {
    ModelSight sight =
        new ModelSight(version("10.14").orElseThrow(), "boot", "1", listed, grant, true, null);
    return sight.read(history, Instant.EPOCH.plusSeconds(2), null).extension().state();
  }
}
