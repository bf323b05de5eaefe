package org.kextwatch.agent.doctor;

import java.util.List;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.SettingsPane;
import org.kextwatch.agent.status.SystemExtension;

/**
 * Checks whether users can switch Defender's extension off where a profile can prevent it. A Mac
 * without that lock is fine; it is a warning only if the extension was switched off.
 */
final class ExtensionLockCheck {
  private static final String PROFILE =
      "launchd/profiles/defender-system-extensions-lock.mobileconfig"
          + " (NonRemovableFromUISystemExtensions)";

  private ExtensionLockCheck() {}

  static CheckResult of(Observation seen) {
    Policies policies = seen.policies();
    boolean isManaged = policies.seen() || Boolean.TRUE.equals(seen.device().mdm().enrolled());
    List<String> present =
        seen.extension().systemExtensions().stream()
            .map(SystemExtension::bundleId)
            .distinct()
            .sorted()
            .toList();
    List<String> open =
        present.stream().filter(bundle -> !policies.lockedBundles().contains(bundle)).toList();
    if (!SettingsPane.hasSwitch(seen) || present.isEmpty() || !isManaged) {
      return CheckResult.ok(
          "not needed, or not possible: it needs macOS 15, a system extension and MDM");
    }
    if (policies.unreadableFile() != null) {
      return CheckResult.cannotTell("the system extension profile cannot be read", "See above.");
    }
    return open.isEmpty() ? locked(policies) : open(open, seen.extension().state());
  }

  /** kandji-inc/support#36: a payload without the key did not lock. */
  private static CheckResult locked(Policies policies) {
    return policies.namesUserOverrides()
        ? CheckResult.ok("a profile keeps users from switching Defender's extension off")
        : CheckResult.warn(
            "a profile names Defender's extension, but no profile has AllowUserOverrides",
            "Add AllowUserOverrides to the same payload: without it, such a lock had no effect on a"
                + " real Mac.");
  }

  private static CheckResult open(List<String> open, ExtensionState state) {
    String text =
        "users can switch %s off in System Settings".formatted(String.join(" and ", open));
    return state == ExtensionState.DISABLED
        ? CheckResult.warn(text + ", and a user did", "Deploy " + PROFILE + ".")
        : CheckResult.ok(text + "; a profile can lock that: " + PROFILE);
  }
}
