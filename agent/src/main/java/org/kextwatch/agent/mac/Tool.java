package org.kextwatch.agent.mac;

/** The only programs this agent ever runs, each by its absolute path on the Mac. */
public enum Tool {
  MDATP("/usr/local/bin/mdatp"),
  KEXTUTIL("/usr/bin/kextutil"),
  KEXTSTAT("/usr/sbin/kextstat"),
  SQLITE3("/usr/bin/sqlite3"),
  CODESIGN("/usr/bin/codesign"),
  IOREG("/usr/sbin/ioreg"),
  SCUTIL("/usr/sbin/scutil"),
  SYSCTL("/usr/sbin/sysctl"),
  SYSTEMEXTENSIONSCTL("/usr/bin/systemextensionsctl"),
  PROFILES("/usr/bin/profiles"),
  STAT("/usr/bin/stat"),
  LAUNCHCTL("/bin/launchctl"),
  LS("/bin/ls"),
  LOGGER("/usr/bin/logger");

  private final String macPath;

  Tool(String macPath) {
    this.macPath = macPath;
  }

  /** Absolute, as the Mac sees it. */
  public String macPath() {
    return macPath;
  }
}
