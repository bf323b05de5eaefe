package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.PolicyReading.PolicyRows;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.SystemRoot;

/** Whether the organisation leaves the approval of kexts to the user. */
final class ManagedKextPolicy {
  static final String MAC_PATH =
      "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist";

  private ManagedKextPolicy() {}

  /**
   * Whether the user may approve our kext, {@code null} if the profile cannot be read. A profile
   * that does not name {@code AllowUserOverrides} forbids it (Apple's device-management schema:
   * default false). Where no profile is seen, an MDM's rows that leave us out are taken for one:
   * whether macOS keeps the profile's file there is not verified.
   */
  static @Nullable Boolean userMayApprove(SystemRoot root, PolicyReading reading) {
    try {
      return Plist.read(root.resolve(MAC_PATH)).bool("AllowUserOverrides").orElse(false);
    } catch (NoSuchFileException e) {
      return !(reading instanceof PolicyRows rows && rows.mdm().isEmpty() && rows.mdmHasOthers());
    } catch (IOException e) {
      return null;
    }
  }
}
