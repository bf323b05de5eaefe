package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.agent.approval.DerivationSamples.EPSEXT;
import static org.kextwatch.agent.approval.DerivationSamples.version;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.SystemExtension;

/** The kind and the state of the extension, by the evidence. */
final class DerivationTest {
  private static final WatchedExtension OTHER =
      new WatchedExtension("/Library/Extensions/x.kext", "org.example.x", "ABCDEFGHIJ");

  @ParameterizedTest
  @CsvSource({
    // macOS, exists, loaded, subsystem, epsext, kind with Defender's kext, with another vendor's
    "10.14, true, false, , -, KERNEL, KERNEL",
    "10.14, true, , , -, KERNEL, KERNEL",
    "10.14, , true, , -, KERNEL, KERNEL",
    "10.14, false, true, , -, KERNEL, KERNEL",
    "10.14, false, false, , -, NONE, NONE",
    "10.14, false, , , -, UNKNOWN, UNKNOWN",
    "10.14, , false, , -, UNKNOWN, UNKNOWN",
    "10.15, true, false, , -, UNKNOWN, KERNEL",
    "10.15, true, false, , none, KERNEL, KERNEL",
    "10.15, true, true, , -, KERNEL, KERNEL",
    "10.15, false, false, , -, UNKNOWN, UNKNOWN",
    "10.15, false, false, , none, NONE, NONE",
    "10.15, false, false, , activated_enabled, SYSTEM, SYSTEM",
    "10.15, true, false, , activated_waiting_for_user, SYSTEM, KERNEL",
    "10.15, true, false, , terminated_waiting_to_uninstall_on_reboot, KERNEL, KERNEL",
    "10.15, true, true, endpoint_security_extension, -, SYSTEM, KERNEL",
    "10.15, false, false, endpoint_security_extension, -, SYSTEM, SYSTEM",
    "10.15, true, false, unavailable, -, UNKNOWN, KERNEL",
    "10.15, true, false, unavailable, none, KERNEL, KERNEL",
    "10.15, false, false, , terminating_for_disable, SYSTEM, SYSTEM",
    "10.15, false, false, , terminating_for_uninstall, NONE, NONE",
    "10.15, true, false, , terminating_for_disable, KERNEL, KERNEL",
    "11, true, false, , -, SYSTEM, KERNEL",
    "11, false, false, , -, SYSTEM, SYSTEM",
    "11, false, false, , none, SYSTEM, SYSTEM",
    "11, true, true, , -, SYSTEM, KERNEL",
    "11, , , , -, SYSTEM, SYSTEM",
    "26, false, true, , -, SYSTEM, KERNEL",
    "-, true, false, , -, UNKNOWN, KERNEL",
    "-, true, true, , -, KERNEL, KERNEL",
    "-, false, false, , none, UNKNOWN, UNKNOWN",
    "-, false, false, , activated_enabled, SYSTEM, SYSTEM",
  })
  void theKindFollowsFromTheEvidence(
      String macOs,
      Boolean exists,
      Boolean loaded,
      String subsystem,
      String epsext,
      ExtensionKind defenders,
      ExtensionKind others) {
    List<SystemExtension> rows =
        switch (epsext) {
          case "-" -> null;
          case "none" -> List.of();
          default -> List.of(new SystemExtension(EPSEXT, "1", epsext));
        };
    Evidence evidence =
        new Evidence(
            version(macOs),
            exists,
            "1.0",
            new KernelEntry(loaded, null),
            Grant.NONE,
            "",
            ManagedPolicy.NONE,
            LoadHistory.NONE,
            subsystem,
            rows,
            ManagedPolicy.NONE);
    assertEquals(defenders, Derivation.kind(WatchedExtension.DEFENDER, evidence));
    assertEquals(others, Derivation.kind(OTHER, evidence));
  }

  @ParameterizedTest
  @CsvSource({
    // loaded, grant, last attempt, state up to 10.15, state of another vendor's from 11
    "true, NONE, , ACTIVE, ACTIVE",
    "true, UNREADABLE, POLICY_BLOCKED, ACTIVE, ACTIVE",
    "true, USER, RESTART_REQUIRED, ACTIVE, ACTIVE",
    "true, LISTED_NOT_ALLOWED, FAILED, ACTIVE, ACTIVE",
    "false, USER, RESTART_REQUIRED, PENDING_RESTART, PENDING_RESTART",
    "false, NONE, RESTART_REQUIRED, PENDING_RESTART, PENDING_RESTART",
    ", UNREADABLE, RESTART_REQUIRED, PENDING_RESTART, PENDING_RESTART",
    "false, USER, POLICY_BLOCKED, CONFLICT, PENDING_RESTART",
    "false, MDM, POLICY_BLOCKED, CONFLICT, PENDING_RESTART",
    "false, USER_AND_MDM, POLICY_BLOCKED, CONFLICT, PENDING_RESTART",
    ", USER, POLICY_BLOCKED, CONFLICT, PENDING_RESTART",
    "false, NONE, POLICY_BLOCKED, AWAITING_APPROVAL, AWAITING_APPROVAL",
    "false, LISTED_NOT_ALLOWED, POLICY_BLOCKED, AWAITING_APPROVAL, AWAITING_APPROVAL",
    "false, UNREADABLE, POLICY_BLOCKED, AWAITING_APPROVAL, AWAITING_APPROVAL",
    ", UNREADABLE, POLICY_BLOCKED, AWAITING_APPROVAL, AWAITING_APPROVAL",
    "false, USER, FAILED, BLOCKED, BLOCKED",
    "false, NONE, BAD_SIGNATURE, BLOCKED, BLOCKED",
    "false, UNREADABLE, BAD_OWNERSHIP, BLOCKED, BLOCKED",
    ", MDM, STAGING_FAILED, BLOCKED, BLOCKED",
    "false, MDM, FOREIGN_EXTENSION, BLOCKED, BLOCKED",
    "false, MDM, OTHER_VERSION_LOADED, BLOCKED, BLOCKED",
    "false, MDM, WRONG_ARCHITECTURE, BLOCKED, BLOCKED",
    "false, MDM, NOT_FOUND, BLOCKED, BLOCKED",
    "false, MDM, LOADED_NOTHING, BLOCKED, BLOCKED",
    "false, USER, , APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, MDM, , APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, USER_AND_MDM, , APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, LISTED_NOT_ALLOWED, , AWAITING_APPROVAL, AWAITING_APPROVAL",
    "false, NONE, , NEVER_REQUESTED, NEVER_REQUESTED",
    "false, UNREADABLE, , UNKNOWN, UNKNOWN",
    ", USER, , UNKNOWN, UNKNOWN",
    ", NONE, , UNKNOWN, UNKNOWN",
    ", LISTED_NOT_ALLOWED, , UNKNOWN, UNKNOWN",
    ", UNREADABLE, , UNKNOWN, UNKNOWN",
    // an outcome that says nothing about the Mac does not count
    "false, USER, TIMEOUT, APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, NONE, TIMEOUT, NEVER_REQUESTED, NEVER_REQUESTED",
    ", USER, TIMEOUT, UNKNOWN, UNKNOWN",
    "false, USER, NOT_ROOT, APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, UNREADABLE, NOT_ROOT, UNKNOWN, UNKNOWN",
    // loaded, and unloaded since
    "false, USER, LOADED, APPROVED_INACTIVE, APPROVED_INACTIVE",
    "false, NONE, LOADED, NEVER_REQUESTED, NEVER_REQUESTED",
    ", USER, LOADED, ACTIVE, ACTIVE",
    ", UNREADABLE, LOADED, ACTIVE, ACTIVE",
  })
  void theStateOfAKextFollowsFromListThenAttemptThenDatabase(
      Boolean loaded, Grant grant, Outcome last, ExtensionState state, ExtensionState fromBigSur) {
    Evidence old = evidence("10.14.6", loaded, grant, last);
    assertEquals(state, Derivation.extension(WatchedExtension.DEFENDER, old).state());
    Evidence later = evidence("11.2.3", loaded, grant, last);
    Extension other = Derivation.extension(OTHER, later);
    assertEquals(ExtensionKind.KERNEL, other.kind());
    assertEquals(fromBigSur, other.state());
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void onBigSurALeftoverKextDecidesNothing(Outcome last) {
    for (Grant grant : Grant.values()) {
      for (Boolean loaded : Arrays.asList(true, false, null)) {
        Evidence evidence = evidence("12.1", loaded, grant, last);
        Extension extension = Derivation.extension(WatchedExtension.DEFENDER, evidence);
        assertEquals(ExtensionKind.SYSTEM, extension.kind());
        assertEquals(ExtensionState.UNKNOWN, extension.state());
      }
    }
  }

  @Test
  void noExtensionIsAbsentAndAnUnknownKindIsUnknown() {
    Evidence evidence = evidence("10.14", false, Grant.USER, Outcome.POLICY_BLOCKED);
    assertEquals(ExtensionState.ABSENT, Derivation.state(ExtensionKind.NONE, evidence));
    assertEquals(ExtensionState.UNKNOWN, Derivation.state(ExtensionKind.UNKNOWN, evidence));
  }

  private static Evidence evidence(String macOs, Boolean loaded, Grant grant, Outcome last) {
    LoadHistory history =
        last == null
            ? LoadHistory.NONE
            : LoadHistory.NONE.ended(new Attempt(Instant.EPOCH, last, null, ""));
    return new Evidence(
        version(macOs),
        true,
        "1",
        new KernelEntry(loaded, null),
        grant,
        "",
        ManagedPolicy.NONE,
        history,
        null,
        null,
        ManagedPolicy.NONE);
  }
}
