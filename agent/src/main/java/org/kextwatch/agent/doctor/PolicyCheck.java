package org.kextwatch.agent.doctor;

import org.kextwatch.agent.daemon.PassiveLook;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.Status;

/**
 * Checks the managed policies of extensions. They are a problem only while the extension waits for
 * approval.
 */
final class PolicyCheck {
  private final String profile;
  private final Extension extension;
  private final Policies policies;
  private final Status status;

  private PolicyCheck(PassiveLook look) {
    this.extension = look.seen().extension();
    this.policies = look.seen().policies();
    this.status = look.status();
    this.profile =
        extension.kind() == ExtensionKind.SYSTEM
            ? "the system extension profile"
            : "the kernel extension profile";
  }

  /**
   * Runs the check.
   *
   * @param mayReadAll whether this program may read what only root may read
   */
  static CheckResult of(PassiveLook look, boolean mayReadAll) {
    return new PolicyCheck(look).result(mayReadAll);
  }

  private CheckResult result(boolean mayReadAll) {
    if (policies.unreadableFile() != null) {
      return CheckResult.cannotTell(
          profile + " cannot be read",
          mayReadAll
              ? "Run: plutil -lint '%s'".formatted(policies.unreadableFile())
              : "Run: sudo kextwatch doctor");
    }
    if (policies.teamNamedTwice()) {
      return CheckResult.warn(
          "%s has team %s in AllowedTeamIdentifiers and in AllowedSystemExtensions"
              .formatted(profile, extension.teamId()),
          "Remove it from one of them: Apple calls that an error.");
    }
    return isAwaited() ? awaited() : CheckResult.ok(word());
  }

  private boolean isAwaited() {
    return switch (status.reason()) {
      case AWAITING_APPROVAL, EXTENSION_MISSING -> true;
      default -> false;
    };
  }

  private CheckResult awaited() {
    if (Boolean.TRUE.equals(extension.allowedByProfile())) {
      return CheckResult.warn(
          profile + " allows it, but macOS has not acted on that", status.advice());
    }
    if (extension.isForbidden()) {
      return CheckResult.fail(
          profile + " keeps users from approving, and does not allow Defender itself",
          status.advice());
    }
    return policies.seen() ? CheckResult.warn(word(), status.advice()) : CheckResult.ok(word());
  }

  private String word() {
    if (!policies.seen()) {
      return profile.replace("the ", "no ") + " is there";
    }
    String allowed =
        Boolean.TRUE.equals(extension.allowedByProfile())
            ? " allows Defender's extension"
            : " leaves Defender's extension out";
    String unset = policies.namesUserOverrides() ? "" : "; AllowUserOverrides is not set";
    return profile + allowed + unset + users();
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
