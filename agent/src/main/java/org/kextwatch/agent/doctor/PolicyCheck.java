package org.kextwatch.agent.doctor;

import org.kextwatch.agent.daemon.PassiveLook;
import org.kextwatch.agent.doctor.DoctorCheck.Said;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.Status;

/**
 * What managed policies mean for the extension, as the status has it: they matter where the
 * extension waits for them, and nowhere else.
 */
final class PolicyCheck {
  private final String profile;
  private final Extension extension;
  private final Policies policies;
  private final Status status;

  private PolicyCheck(PassiveLook glance) {
    this.extension = glance.seen().extension();
    this.policies = glance.seen().policies();
    this.status = glance.status();
    this.profile =
        extension.kind() == ExtensionKind.SYSTEM
            ? "the system extension profile"
            : "the kernel extension profile";
  }

  /**
   * Says it.
   *
   * @param isAllowed whether this program may read what only root may
   */
  static Said of(PassiveLook glance, boolean isAllowed) {
    return new PolicyCheck(glance).said(isAllowed);
  }

  private Said said(boolean isAllowed) {
    if (policies.unreadableFile() != null) {
      return Said.cannotTell(
          profile + " cannot be read",
          isAllowed
              ? "Run: plutil -lint '%s'".formatted(policies.unreadableFile())
              : "Run: sudo kextwatch doctor");
    }
    if (policies.teamNamedTwice()) {
      return Said.warn(
          "%s has team %s in AllowedTeamIdentifiers and in AllowedSystemExtensions"
              .formatted(profile, extension.teamId()),
          "Take it out of one of them: Apple calls that an error.");
    }
    return isAwaited() ? awaited() : Said.ok(word());
  }

  private boolean isAwaited() {
    return switch (status.reason()) {
      case AWAITING_APPROVAL, EXTENSION_MISSING -> true;
      default -> false;
    };
  }

  private Said awaited() {
    if (Boolean.TRUE.equals(extension.allowedByProfile())) {
      return Said.warn(profile + " allows it, macOS has not acted on that", status.advice());
    }
    if (extension.isForbidden()) {
      return Said.fail(
          profile + " keeps users from approving, and does not allow Defender itself",
          status.advice());
    }
    return policies.seen() ? Said.warn(word(), status.advice()) : Said.ok(word());
  }

  private String word() {
    if (!policies.seen()) {
      return profile.replace("the ", "no ") + " is there";
    }
    String allowed =
        Boolean.TRUE.equals(extension.allowedByProfile())
            ? " allows Defender's extension"
            : " leaves Defender's extension out";
    String told = policies.namesUserOverrides() ? "" : "; AllowUserOverrides is not told";
    return profile + allowed + told + users();
  }

  private String users() {
    if (extension.userMayApprove() == null) {
      return "";
    }
    return extension.userMayApprove()
        ? "; users may approve what it leaves out"
        : "; users may approve nothing that it leaves out";
  }
}
