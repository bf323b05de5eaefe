package org.kextwatch.agent.doctor;

import java.util.List;
import org.kextwatch.agent.doctor.DoctorCheck.Said;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.SettingsPane;
import org.kextwatch.agent.status.SystemExtension;

/**
 * Whether users can switch Defender's extension off, where a profile could keep them from it. A Mac
 * without the lock is fine, and its admin may want it so: only where somebody did switch the
 * extension off it is a warning.
 */
final class ExtensionLockCheck {
  private static final String PROFILE =
      "launchd/profiles/defender-system-extensions-lock.mobileconfig"
          + " (NonRemovableFromUISystemExtensions)";

  private ExtensionLockCheck() {}

  static Said of(Observation seen) {
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
      return Said.ok("not needed, or not to be had: it takes macOS 15, a system extension and MDM");
    }
    if (policies.unreadableFile() != null) {
      return Said.cannotTell("the system extension profile cannot be read", "See above.");
    }
    return open.isEmpty() ? locked(policies) : open(open, seen.extension().state());
  }

  /** kandji-inc/support#36: a payload without the key did not lock. */
  private static Said locked(Policies policies) {
    return policies.namesUserOverrides()
        ? Said.ok("a profile keeps users from switching Defender's extension off")
        : Said.warn(
            "a profile names Defender's extension, but no profile has AllowUserOverrides",
            "Add AllowUserOverrides to the same payload: without it such a lock was seen to have no"
                + " effect.");
  }

  private static Said open(List<String> open, ExtensionState state) {
    String text =
        "users can switch %s off in System Settings".formatted(String.join(" and ", open));
    return state == ExtensionState.DISABLED
        ? Said.warn(text + ", and somebody did", "Deploy " + PROFILE + ".")
        : Said.ok(text + "; a profile can lock that: " + PROFILE);
  }
}
