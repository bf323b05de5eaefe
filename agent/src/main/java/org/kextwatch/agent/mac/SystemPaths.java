package org.kextwatch.agent.mac;

/**
 * Files of macOS and of Defender that the agent reads, as paths of the Mac. Its programs are in
 * {@link Tool}.
 */
public final class SystemPaths {
  public static final String APPLICATIONS = "/Applications";
  public static final String CONSOLE = "/dev/console";
  public static final String VERSION = "/System/Library/CoreServices/SystemVersion.plist";

  public static final String DEFENDER_KEXT = "/Library/Extensions/wdavkext.kext";
  public static final String KEXT_POLICY = "/private/var/db/SystemPolicyConfiguration/KextPolicy";

  /** Where macOS copies a kernel extension before it loads it. */
  public static final String KEXT_STAGING = "/private/var/db/KernelExtensionManagement";

  public static final String SYSTEM_EXTENSIONS = "/Library/SystemExtensions/db.plist";

  static final String MANAGED = "/Library/Managed Preferences/";
  public static final String MANAGED_KEXT_POLICY =
      MANAGED + "com.apple.syspolicy.kernel-extension-policy.plist";
  public static final String MANAGED_SYSTEM_EXTENSION_POLICY =
      MANAGED + "com.apple.system-extension-policy.plist";

  private SystemPaths() {}
}
