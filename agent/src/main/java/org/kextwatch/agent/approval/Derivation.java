package org.kextwatch.agent.approval;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.SystemExtension;

/**
 * Derives the state of the extension from the evidence. The kernel's own list counts more than the
 * last attempt of the loader, which counts more than the approval database. What could not be read
 * is unknown, never "no".
 */
final class Derivation {
  private static final String ENDPOINT_SECURITY = "endpoint_security_extension";

  private Derivation() {}

  static Extension extension(WatchedExtension watched, Evidence evidence) {
    ExtensionKind kind = kind(watched, evidence);
    List<SystemExtension> rows = evidence.systemExtensions();
    boolean isSystem = kind == ExtensionKind.SYSTEM;
    ManagedPolicy policy = evidence.policy(kind);
    String seen = isSystem ? SystemExtensions.evidence(rows) : evidence.grantEvidence();
    return new Extension(
        kind,
        state(kind, evidence),
        watched.bundleId(),
        watched.teamId(),
        watched.path(),
        evidence.version(),
        isSystem ? null : evidence.listed().loaded(),
        isSystem ? null : evidence.listed().version(),
        isSystem ? SystemExtensions.grant(rows) : evidence.grant(),
        policy.evidence().isEmpty() ? seen : seen + "; " + policy.evidence(),
        policy.userMayApprove(),
        policy.allows(),
        isSystem ? null : evidence.history().last(),
        rows == null ? List.of() : rows);
  }

  static ExtensionKind kind(WatchedExtension watched, Evidence evidence) {
    if (!isDefenders(watched) && evidence.hasKext()) {
      return ExtensionKind.KERNEL;
    }
    if (hasSystemExtensions(evidence.macOs(), evidence.subsystem(), evidence.systemExtensions())) {
      return ExtensionKind.SYSTEM;
    }
    if (evidence.macOs().isEmpty() && !evidence.listed().isLoaded()) {
      return ExtensionKind.UNKNOWN; // from macOS 11 a kext on disk is only a leftover
    }
    if (evidence.listed().isLoaded()) {
      return ExtensionKind.KERNEL;
    }
    if (!lacksSystemExtensions(evidence)) {
      return ExtensionKind.UNKNOWN; // a kext on disk may be a leftover here too
    }
    if (evidence.hasKext()) {
      return ExtensionKind.KERNEL;
    }
    if (!evidence.lacksKext()) {
      return ExtensionKind.UNKNOWN;
    }
    return SystemExtensions.anyIsSwitchedOff(evidence.systemExtensions())
        ? ExtensionKind.SYSTEM
        : ExtensionKind.NONE;
  }

  /** Whether Defender has system extensions here, so that its kext does not matter. */
  static boolean isWithoutKext(
      WatchedExtension watched,
      Optional<MacVersion> macOs,
      @Nullable String subsystem,
      @Nullable List<SystemExtension> rows) {
    return isDefenders(watched) && hasSystemExtensions(macOs, subsystem, rows);
  }

  private static boolean hasSystemExtensions(
      Optional<MacVersion> macOs,
      @Nullable String subsystem,
      @Nullable List<SystemExtension> rows) {
    return macOs.filter(MacVersion::isBigSurOrLater).isPresent()
        || ENDPOINT_SECURITY.equals(subsystem)
        || SystemExtensions.anyStays(rows);
  }

  private static boolean isDefenders(WatchedExtension watched) {
    return watched.bundleId().equals(WatchedExtension.DEFENDER.bundleId());
  }

  /** Before macOS 10.15 there are none; later they must have been listed. */
  private static boolean lacksSystemExtensions(Evidence evidence) {
    return evidence.systemExtensions() != null
        || evidence.macOs().filter(MacVersion::isBeforeCatalina).isPresent();
  }

  static ExtensionState state(ExtensionKind kind, Evidence evidence) {
    return switch (kind) {
      case NONE -> ExtensionState.ABSENT;
      case UNKNOWN -> ExtensionState.UNKNOWN;
      case SYSTEM -> SystemExtensions.state(evidence.systemExtensions());
      case KERNEL -> kernelState(evidence);
    };
  }

  private static ExtensionState kernelState(Evidence evidence) {
    if (evidence.listed().isLoaded()) {
      return ExtensionState.ACTIVE;
    }
    ExtensionState attempted = attemptedState(evidence);
    if (attempted != null) {
      return attempted;
    }
    if (evidence.listed().loaded() == null) {
      return ExtensionState.UNKNOWN;
    }
    return switch (evidence.grant()) {
      case USER, MDM, USER_AND_MDM -> ExtensionState.APPROVED_INACTIVE;
      case LISTED_NOT_ALLOWED -> ExtensionState.AWAITING_APPROVAL;
      case NONE -> ExtensionState.NEVER_REQUESTED;
      case UNREADABLE -> ExtensionState.UNKNOWN;
    };
  }

  /**
   * The state by the last attempt that still counts, {@code null} if it says nothing about the Mac.
   */
  private static @Nullable ExtensionState attemptedState(Evidence evidence) {
    Attempt attempt = evidence.history().last();
    if (attempt == null
        || (attempt.outcome() != Outcome.LOADED && evidence.history().hasLoadedSinceLast())) {
      return null;
    }
    return switch (attempt.outcome()) {
      case TIMEOUT, NOT_ROOT -> null;
      case LOADED -> evidence.listed().loaded() == null ? ExtensionState.ACTIVE : null;
      case RESTART_REQUIRED -> ExtensionState.PENDING_RESTART;
      case POLICY_BLOCKED -> blockedState(evidence);
      case LOADED_NOTHING,
          BAD_SIGNATURE,
          BAD_OWNERSHIP,
          STAGING_FAILED,
          OTHER_VERSION_LOADED,
          FOREIGN_EXTENSION,
          WRONG_ARCHITECTURE,
          NOT_FOUND,
          FAILED ->
          ExtensionState.BLOCKED;
    };
  }

  /** From macOS 11 the loader keeps refusing an approved kext until the Mac restarts. */
  private static ExtensionState blockedState(Evidence evidence) {
    if (!evidence.history().isApproved(evidence.grant())) {
      return ExtensionState.AWAITING_APPROVAL;
    }
    return evidence.isBigSurOrLater() ? ExtensionState.PENDING_RESTART : ExtensionState.CONFLICT;
  }
}
