package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/** The path in System Preferences or System Settings to what the advice asks for. */
public final class SettingsPane {
  /** With this version System Preferences became System Settings. */
  private static final int VENTURA = 13;

  /** Since this version systemextensionsctl sends people to Login Items &amp; Extensions. */
  private static final int SEQUOIA = 15;

  private static final String OLD_PRIVACY = "System Preferences > Security & Privacy";
  private static final String OLD = OLD_PRIVACY + " > General";
  private static final String NEW = "System Settings > Privacy & Security";
  private static final String EXTENSIONS =
      "System Settings > General > Login Items & Extensions > Endpoint Security Extensions, and >"
          + " Network Extensions";

  private SettingsPane() {}

  /** Where users switch the extension on. */
  static String extension(Observation seen) {
    return hasSwitch(seen) ? EXTENSIONS : settings(seen);
  }

  /** Whether there is a switch for the extension, and not the button Allow. */
  public static boolean hasSwitch(Observation seen) {
    return seen.extension().kind() == ExtensionKind.SYSTEM
        && majorVersion(seen.device().osVersion()) >= SEQUOIA;
  }

  static String settings(Observation seen) {
    return ofVersion(seen, OLD, NEW);
  }

  /** Where users give a program full disk access. */
  static String fullDiskAccess(Observation seen) {
    return ofVersion(
        seen, OLD_PRIVACY + " > Privacy > Full Disk Access", NEW + " > Full Disk Access");
  }

  /** Both paths if the version is not known, or is 10.16, which may stand for a later one. */
  private static String ofVersion(Observation seen, String before, String now) {
    String version = seen.device().osVersion();
    if (version == null || version.startsWith("10.16")) {
      return now + " (up to macOS 12: " + before + ")";
    }
    return majorVersion(version) >= VENTURA ? now : before;
  }

  private static int majorVersion(@Nullable String osVersion) {
    String major = osVersion == null ? "" : osVersion.split("\\.", 2)[0];
    return major.matches("\\d{1,3}") ? Integer.parseInt(major) : 0;
  }
}
