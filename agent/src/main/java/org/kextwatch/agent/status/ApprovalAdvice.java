package org.kextwatch.agent.status;

import java.util.ArrayList;
import java.util.List;

/** The advice for an extension that must be approved, is missing, or is switched off. */
final class ApprovalAdvice {
  private static final List<String> DEFENDERS =
      List.of("com.microsoft.wdav.epsext", "com.microsoft.wdav.netext");

  private static final String SYSTEM_PROFILE =
      "the system extension profile (Jamf: System Extensions; Intune: System extensions)";
  private static final String KERNEL_PROFILE =
      "the kernel extension profile (Jamf: Approved Kernel Extensions; Intune: Kernel extensions)";

  /** Since macOS 11.3 installing the profile completes an activation (Apple's schema). */
  private static final String IDLE_SYSTEM_PROFILE =
      "A profile allows it, but macOS still waits: deploy the profile again. From macOS 11.3 on"
          + " that completes a waiting activation.";

  private ApprovalAdvice() {}

  static String awaiting(Observation seen) {
    Extension extension = seen.extension();
    if (seen.policies().teamNamedTwice()) {
      return orByHand(
          seen, teamInBothLists(extension.teamId()) + " Deploy the profile again after that.");
    }
    if (Boolean.TRUE.equals(extension.allowedByProfile())) {
      return extension.kind() == ExtensionKind.SYSTEM
          ? orByHand(seen, IDLE_SYSTEM_PROFILE)
          : idleKernelProfile(seen);
    }
    return Boolean.FALSE.equals(extension.userMayApprove())
        ? "A profile does not let users approve it: " + allow(seen) + "."
        : byHand(seen) + " Managed Macs: " + allow(seen) + ".";
  }

  /** macOS does not even list an extension if a profile forbids it or its type. */
  static String missing(Observation seen) {
    Extension extension = seen.extension();
    if (extension.kind() == ExtensionKind.SYSTEM
        && (extension.isForbidden() || !seen.policies().missingTypes().isEmpty())) {
      return "A profile does not allow Defender's extension: "
          + allow(seen)
          + ". Then restart this Mac: Defender asks macOS for the extension again.";
    }
    return extension.systemExtensions().isEmpty()
        ? "Install Microsoft Defender again, in a version that supports this macOS."
        : "Restart this Mac to complete the removal of the old extensions. Then install"
            + " Microsoft Defender again, if this Mac still needs it.";
  }

  static String disabled(Observation seen) {
    return seen.extension().isForbidden()
        ? "A profile does not let users approve it again: " + allow(seen) + "."
        : SettingsPane.extension(seen)
            + ": switch Defender's extension on. Managed Macs: check the system extension profile.";
  }

  /** The warning that a profile has the team in both of its lists. */
  static String teamInBothLists(String teamId) {
    return "The system extension profile has team %s in both AllowedTeamIdentifiers and"
            .formatted(teamId)
        + " AllowedSystemExtensions. Apple's schema calls that an error: remove it from one of"
        + " them.";
  }

  /** What a profile must allow, and where an MDM has that setting. */
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

  /** macOS acts on a profile that came after a refused load only at the next load. */
  private static String idleKernelProfile(Observation seen) {
    return Boolean.FALSE.equals(seen.device().mdm().userApproved())
        ? "A profile allows it, but macOS applies that only after the user has approved this Mac's"
            + " MDM enrolment: approve the enrolment, then restart this Mac."
        : "A profile allows it, but macOS has not acted on the profile yet. This happens if the"
            + " profile came after a refused load. Run: sudo kextutil '"
            + seen.extension().path()
            + "'. Or restart this Mac.";
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
