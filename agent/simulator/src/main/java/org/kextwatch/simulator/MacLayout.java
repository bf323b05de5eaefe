package org.kextwatch.simulator;

import java.io.IOException;
import java.util.List;

/** The files that a simulated Mac has before anything happens to it. */
final class MacLayout {
  static final String MDATP =
      "/Applications/Microsoft Defender.app/Contents/Resources/Tools/wdavdaemonclient";

  static final String KEXT = "/Library/Extensions/wdavkext.kext/Contents/Info.plist";
  private static final String SYSTEM_EXTENSIONS = "/usr/bin/systemextensionsctl";

  static final List<String> TOOLS =
      List.of(
          MDATP,
          "/bin/launchctl",
          "/bin/ls",
          "/usr/bin/codesign",
          "/usr/bin/kextutil",
          "/usr/bin/logger",
          "/usr/bin/profiles",
          "/usr/bin/sqlite3",
          "/usr/bin/stat",
          SYSTEM_EXTENSIONS,
          "/usr/sbin/ioreg",
          "/usr/sbin/kextstat",
          "/usr/sbin/scutil",
          "/usr/sbin/sysctl");

  static final List<String> FILES =
      List.of(KEXT, "/System/Library/CoreServices/SystemVersion.plist", "/sim/stub.sh");

  private MacLayout() {}

  static void write(BareMac mac, MacModel model) throws IOException {
    BareMac.allow(mac.folder(), "rwxr-xr-x");
    for (String tool : TOOLS) {
      if (model.knowsSystemExtensions() || !tool.equals(SYSTEM_EXTENSIONS)) {
        mac.write(tool, model.file(tool), "rwxr-xr-x");
      }
    }
    for (String file : FILES) {
      if (model.usesKext() || !file.equals(KEXT)) {
        mac.write(file, model.file(file));
      }
    }
    BareMac.allow(mac.path("/Applications"), "rwxrwxr-x"); // all admins can write it on a Mac
    mac.createFolder("/private/var/db/SystemPolicyConfiguration");
    mac.createFolder("/private/var/db/KernelExtensionManagement");
    mac.link("/var", "private/var");
    mac.link("/usr/local/bin/mdatp", "../../.." + MDATP);
  }
}
