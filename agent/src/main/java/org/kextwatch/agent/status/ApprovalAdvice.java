package org.kextwatch.agent.status;

import java.util.ArrayList;
import java.util.List;

/** What to do about an extension that nobody has approved, or that somebody has switched off. */
final class ApprovalAdvice {
  private static final List<String> DEFENDERS =
      List.of("com.microsoft.wdav.epsext", "com.microsoft.wdav.netext");

  private static final String SYSTEM_PROFILE =
      "the system extension profile (Jamf: System Extensions; Intune: System extensions)";
  private static final String KERNEL_PROFILE =
      "the kernel extension profile (Jamf: Approved Kernel Extensions; Intune: Kernel extensions)";

  /** Apple's device-management schema: since 11.3 the installation completes an activation. */
  private static final String IDLE_SYSTEM_PROFILE =
      "A profile allows it, yet macOS still waits: deploy the profile again, which from macOS 11.3"
          + " completes a waiting activation.";

  private ApprovalAdvice() {}

  static String awaiting(Observation seen) {
    Extension extension = seen.extension();
    if (seen.policies().teamNamedTwice()) {
      return orByHand(seen, twice(extension.teamId()) + " Deploy the profile again after that.");
    }
    if (Boolean.TRUE.equals(extension.allowedByProfile())) {
      return extension.kind() == ExtensionKind.SYSTEM
          ? orByHand(seen, IDLE_SYSTEM_PROFILE)
          : idleKernelProfile(seen);
    }
    return Boolean.FALSE.equals(extension.userMayApprove())
        ? "A profile keeps users from approving: " + allow(seen) + "."
        : byHand(seen) + " Managed Macs: " + allow(seen) + ".";
  }

  /** A profile that forbids an extension, or its type, keeps macOS from listing it at all. */
  static String missing(Observation seen) {
    Extension extension = seen.extension();
    if (extension.kind() == ExtensionKind.SYSTEM
        && (extension.isForbidden() || !seen.policies().missingTypes().isEmpty())) {
      return "A profile keeps Defender's extension out: "
          + allow(seen)
          + ". Then restart this Mac, so that Defender asks macOS for it again.";
    }
    return extension.systemExtensions().isEmpty()
        ? "Install Microsoft Defender again, in a version for this macOS."
        : "Restart this Mac, which ends the removal of the old extensions; then install"
            + " Microsoft Defender again, if it is still wanted here.";
  }

  static String disabled(Observation seen) {
    return seen.extension().isForbidden()
        ? "A profile keeps users from approving it again: " + allow(seen) + "."
        : SettingsPane.extension(seen)
            + ": switch Defender's extension on. Managed Macs: check the system extension profile.";
  }

  /** That a team is where Apple's schema calls it an error, and what to do about it. */
  static String twice(String teamId) {
    return "The system extension profile has team %s in both AllowedTeamIdentifiers and"
            .formatted(teamId)
        + " AllowedSystemExtensions, which Apple calls an error: take it out of one of them.";
  }

  /** What a profile must allow, and under which name an MDM has it. */
  private static String allow(Observation seen) {
    String team = seen.extension().teamId();
    if (seen.extension().kind() != ExtensionKind.SYSTEM) {
      return "allow team %s in %s; it needs user-approved MDM".formatted(team, KERNEL_PROFILE);
    }
    Policies policies = seen.policies();
    List<String> tasks = new ArrayList<>();
    if (!policies.missingBundles().isEmpty() || policies.missingTypes().isEmpty()) {
      List<String> bundles =
          policies.missingBundles().isEmpty() ? DEFENDERS : policies.missingBundles();
      tasks.add("allow %s of team %s".formatted(String.join(" and ", bundles), team));
    }
    if (!policies.missingTypes().isEmpty()) {
      tasks.add(
          "add %s to AllowedSystemExtensionTypes of team %s"
              .formatted(String.join(" and ", policies.missingTypes()), team));
    }
    return String.join(", and ", tasks) + " in " + SYSTEM_PROFILE;
  }

  /** A profile that comes after a refused load waits for the next (rdar 37709636, 39209026). */
  private static String idleKernelProfile(Observation seen) {
    return Boolean.FALSE.equals(seen.device().mdm().userApproved())
        ? "A profile allows it, but counts only once this Mac's MDM enrolment is approved by its"
            + " user: approve the enrolment, then restart this Mac."
        : "A profile allows it, yet macOS has not acted on that, as happens when it came after a"
            + " refused load: run sudo kextutil '"
            + seen.extension().path()
            + "', or restart this Mac.";
  }

  private static String orByHand(Observation seen, String advice) {
    return Boolean.FALSE.equals(seen.extension().userMayApprove())
        ? advice
        : advice + " Or " + byHand(seen);
  }

  private static String byHand(Observation seen) {
    return SettingsPane.hasSwitch(seen)
        ? SettingsPane.extension(seen) + ": switch Microsoft Defender on."
        : SettingsPane.extension(seen) + ": Allow \"Microsoft Corporation\".";
  }
}
