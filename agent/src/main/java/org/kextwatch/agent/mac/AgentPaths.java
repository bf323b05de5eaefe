package org.kextwatch.agent.mac;

/**
 * Where the agent keeps its files, as paths of the Mac: {@link SystemRoot#resolve} makes real paths
 * of them. The scripts know the same paths.
 */
public final class AgentPaths {
  /** The label of the launchd job, and the domain of the managed settings. */
  public static final String LABEL = "org.kextwatch.agent";

  public static final String SUPPORT = "/Library/Application Support/Kextwatch";
  public static final String LOCAL_SETTINGS = SUPPORT + "/config.json";
  public static final String SECRET = SUPPORT + "/secret";
  public static final String STATUS = SUPPORT + "/status.json";
  public static final String RELEASES = SUPPORT + "/releases";

  /** A link to the release in use. */
  public static final String CURRENT_RELEASE = SUPPORT + "/current";

  /** Installs the release in use again, or removes it. */
  public static final String INSTALLER = CURRENT_RELEASE + "/install.sh";

  /** Only root reads this folder. */
  public static final String STATE_FOLDER = "/private/var/db/kextwatch";

  public static final String STATE = STATE_FOLDER + "/state.json";
  public static final String LAST_GOOD_SETTINGS = STATE_FOLDER + "/settings.json";
  public static final String LOCK = STATE_FOLDER + "/lock";

  /** Where install.sh writes why it stops the daemon. */
  public static final String STOP_CAUSE = STATE_FOLDER + "/stop-cause";

  public static final String SPOOL = STATE_FOLDER + "/spool";

  /** Folders below that of the spool. */
  public static final String SPOOL_TMP = "tmp";

  public static final String SPOOL_NEW = "new";
  public static final String SPOOL_QUARANTINE = "quarantine";

  public static final String LOG_FOLDER = "/Library/Logs/Kextwatch";
  public static final String LAUNCHD_JOB = "/Library/LaunchDaemons/" + LABEL + ".plist";

  /** Where macOS puts the payload of a profile for our domain (as osquery and Santa read it). */
  public static final String MANAGED_SETTINGS = SystemPaths.MANAGED + LABEL + ".plist";

  private AgentPaths() {}
}
