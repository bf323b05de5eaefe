package org.kextwatch.agent.status;

/** The sentences for people: what the situation is, and what to do about it. */
final class Wording {
  private static final String UPDATE =
      "Update Defender with Microsoft AutoUpdate, or run: sudo"
          + " /Library/Application\\ Support/Microsoft/MAU2.0/Microsoft\\ AutoUpdate.app"
          + "/Contents/MacOS/msupdate --install --apps wdav00. Then check why updates stopped:"
          + " each version of Defender works for about six months only.";

  private Wording() {}

  static String summary(Reason reason, Observation seen) {
    String mac = seen.device().nickname();
    String extension =
        switch (seen.extension().kind()) {
          case SYSTEM -> "Defender's system extension";
          case KERNEL, NONE, UNKNOWN -> "Defender's kernel extension";
        };
    return switch (reason) {
      case NOT_INSTALLED -> "Microsoft Defender is not installed on " + mac + ".";
      case NOT_TRUSTED ->
          "The mdatp on "
              + mac
              + " is not signed by Microsoft, or others can change it, and was not run.";
      case AWAITING_APPROVAL -> extension + " is waiting for approval on " + mac + ".";
      case RESTART_REQUIRED ->
          seen.extension().kind() == ExtensionKind.SYSTEM
              ? extension + " waits for a restart of " + mac + "."
              : extension + " is approved on " + mac + " and waits for a restart.";
      case LOAD_FAILED -> extension + " could not be loaded on " + mac + ": " + lastOutcome(seen);
      case APPROVED_NOT_LOADED -> extension + " is approved on " + mac + " but not loaded yet.";
      case CONFLICT ->
          extension + " is recorded as approved on " + mac + ", but macOS refused to load it.";
      case EXTENSION_MISSING -> "Defender has no extension on " + mac + ".";
      case EXTENSION_DISABLED -> extension + " is switched off on " + mac + ".";
      case DEFENDER_EXPIRED ->
          "Defender on " + mac + " expired on " + seen.health().expiresAt() + ".";
      case NOT_LICENSED -> "Defender has no licence on " + mac + ".";
      case PASSIVE_MODE -> "Defender runs in passive mode on " + mac + ".";
      case PROTECTION_OFF -> "Defender's real-time protection is switched off on " + mac + ".";
      case ENGINE_UNAVAILABLE -> "Defender's real-time protection does not work on " + mac + ".";
      case FULL_DISK_ACCESS_MISSING -> "Defender lacks full disk access on " + mac + ".";
      case DEFINITIONS_STALE -> "Defender's definitions are out of date on " + mac + ".";
      case UNHEALTHY ->
          "Defender says that it is unhealthy on " + mac + ": " + issues(seen.health());
      case DAEMON_UNREACHABLE -> "Defender's own daemon does not answer on " + mac + ".";
      case NOT_EXECUTABLE -> "The mdatp on " + mac + " cannot be executed.";
      case TIMEOUT -> "Defender did not answer in time on " + mac + ".";
      case UNPARSABLE -> "Defender's answer was not understood on " + mac + ".";
      case HEALTH_INCOMPLETE -> "Defender does not say whether it protects " + mac + ".";
      case UNREADABLE -> "Neither Defender nor macOS says whether " + mac + " is protected.";
      case NONE -> "Defender protects " + mac + ".";
    };
  }

  static String advice(Reason reason, Observation seen) {
    return switch (reason) {
      case NOT_INSTALLED ->
          "Install Microsoft Defender for Endpoint, or uninstall Kextwatch from this Mac.";
      case NOT_TRUSTED ->
          "Run: sudo kextwatch doctor. It names what is wrong. Find out who changed that, and"
              + " install Microsoft Defender again.";
      case AWAITING_APPROVAL -> ApprovalAdvice.awaiting(seen);
      case RESTART_REQUIRED -> "Restart this Mac.";
      case LOAD_FAILED ->
          "Fix the problem that extension.lastAttempt names, then restart this Mac. The load is"
              + " tried again after a restart, a new approval, or with another version.";
      case APPROVED_NOT_LOADED ->
          "Nothing, if loadApprovedExtension is true: the extension is being loaded.";
      case CONFLICT ->
          "Restart this Mac. If that does not help, remove the approval profile (or reinstall"
              + " Defender) and approve again.";
      case EXTENSION_MISSING -> ApprovalAdvice.missing(seen);
      case EXTENSION_DISABLED -> ApprovalAdvice.disabled(seen);
      case DEFENDER_EXPIRED -> UPDATE;
      case NOT_LICENSED -> onboarding(seen);
      case PASSIVE_MODE ->
          "Turn passive mode off in Defender's settings, or set expectPassiveMode if another"
              + " antivirus protects this Mac.";
      case PROTECTION_OFF ->
          seen.health().managedSettings().contains("realTimeProtectionEnabled")
              ? "A policy sets this: turn real-time protection on in Defender's profile."
              : "Run: mdatp config real-time-protection --value enabled";
      case ENGINE_UNAVAILABLE ->
          "Restart this Mac. If that does not help, install Microsoft Defender again."
              + " health.issues may say why.";
      case FULL_DISK_ACCESS_MISSING ->
          "Deploy Defender's full disk access profile (PPPC, SystemPolicyAllFiles), or grant it in "
              + SettingsPane.fullDiskAccess(seen)
              + ".";
      case DEFINITIONS_STALE ->
          "Run: mdatp definitions update. Check that this Mac can reach the updates.";
      case UNHEALTHY -> "See health.issues; run: mdatp health";
      case DAEMON_UNREACHABLE ->
          "Defender's daemon often does not answer for some minutes after a boot or an update."
              + " If it still does not answer, restart this Mac.";
      case NOT_EXECUTABLE -> "Install Microsoft Defender again.";
      case TIMEOUT, UNPARSABLE, HEALTH_INCOMPLETE -> "Run: mdatp health";
      case UNREADABLE -> "Run: sudo kextwatch doctor";
      case NONE -> "";
    };
  }

  /** The warning that Defender expires soon or has expired. */
  static String expiry(Observation seen) {
    String expires = seen.health().isExpired(seen.today()) ? "expired" : "expires";
    return "Defender " + expires + " on " + seen.health().expiresAt() + ". " + UPDATE;
  }

  private static String onboarding(Observation seen) {
    String onboard =
        "Onboard this Mac: deploy the onboarding profile of your tenant, or check its licence.";
    return seen.offboardingLeft()
        ? "This Mac was offboarded, and a file of the offboarding is still there: it prevents a new"
            + " onboarding. Remove the offboarding profile if there is one, and run: sudo rm '"
            + Observation.OFFBOARDING
            + "'. "
            + onboard
        : onboard;
  }

  private static String lastOutcome(Observation seen) {
    Attempt last = seen.extension().lastAttempt();
    if (last == null) {
      return "every attempt failed.";
    }
    if (last.outcome() == Outcome.LOADED) {
      return "it was loaded and did not stay loaded.";
    }
    return last.detail().isEmpty() ? "see extension.lastAttempt." : last.detail();
  }

  private static String issues(Health health) {
    return health.issues().isEmpty() ? "it does not say why." : String.join(", ", health.issues());
  }
}
