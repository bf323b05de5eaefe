package org.kextwatch.agent.status;

/**
 * Why the verdict is what it is. Of several reasons that apply, the first in this order counts.
 *
 * <p>{@code ReasonsDocumentTest} writes {@code agent/docs/reasons.md} from the comments below. A
 * reason without {@code macOS:} can occur on any version.
 */
public enum Reason {
  /**
   * Microsoft Defender is not on this Mac, or its command is missing.
   *
   * <p>Who: MDM admin.
   *
   * <p>Evidence: there is no {@code /usr/local/bin/mdatp}, or the program that it links to is
   * missing.
   */
  NOT_INSTALLED,

  /**
   * The program mdatp is not signed by Microsoft, or users other than root can replace it. It is
   * not run, so nothing else is known about Defender.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>Evidence: {@code codesign} with Microsoft's requirement; owner and mode of the program and
   * its folders.
   */
  NOT_TRUSTED,

  /**
   * macOS does not run Defender's extension until somebody allows it: a user, or a profile. Until
   * then Defender does not protect.
   *
   * <p>Who: user, MDM admin.
   *
   * <p>macOS: kernel extension 10.13 to 10.15, system extension 11 and later (10.15 where Defender
   * brings one).
   *
   * <p>Evidence: kernel extension: the database KextPolicy, the last {@code kextutil} of this boot,
   * the kernel's list; system extension: its row says {@code activated_waiting_for_user}; for the
   * advice the managed policies.
   */
  AWAITING_APPROVAL,

  /**
   * The extension is allowed, but macOS starts it, or its new version, only after a restart.
   *
   * <p>Who: user.
   *
   * <p>Evidence: kernel extension: what {@code kextutil} said; system extension: its row says that
   * it waits for a restart.
   */
  RESTART_REQUIRED,

  /**
   * The kernel extension is allowed, but macOS could not load it.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>macOS: 10.13 to 10.15.
   *
   * <p>Evidence: {@code extension.lastAttempt}: what {@code kextutil} printed and its exit code;
   * the kernel's list.
   */
  LOAD_FAILED,

  /**
   * The kernel extension was allowed a moment ago and is not loaded yet.
   *
   * <p>Who: nobody.
   *
   * <p>macOS: 10.13 to 10.15.
   *
   * <p>Evidence: KextPolicy has the grant, the kernel's list does not have the kext.
   */
  APPROVED_NOT_LOADED,

  /**
   * KextPolicy says that the kernel extension is allowed, but macOS refused it after that as not
   * allowed.
   *
   * <p>Who: user, MDM admin.
   *
   * <p>macOS: 10.13 to 10.15.
   *
   * <p>Evidence: a grant in KextPolicy, and a {@code kextutil} that began after it and was refused
   * by policy.
   */
  CONFLICT,

  /**
   * Defender is installed but has no extension of either kind: it cannot see what happens on this
   * Mac.
   *
   * <p>Who: MDM admin.
   *
   * <p>Evidence: no kext in {@code /Library/Extensions} or in the kernel's list; no system
   * extension of Defender in {@code /Library/SystemExtensions/db.plist} but those that are being
   * removed.
   */
  EXTENSION_MISSING,

  /**
   * Somebody switched Defender's extension off.
   *
   * <p>Who: user, MDM admin.
   *
   * <p>macOS: 10.15 and later; since 15 System Settings has a switch for it.
   *
   * <p>Evidence: its row says {@code activated_disabled}, or only {@code terminating_for_disable},
   * as it does until the Mac restarts.
   */
  EXTENSION_DISABLED,

  /**
   * This version of Defender has expired: each works for about six months, and updates have
   * stopped. It still gets new definitions, and may say that it is healthy, or that its licence is
   * missing. {@code agent.warnings} has a warning from 21 days before that day.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>Evidence: today is after {@code health.expiresAt}, the day in {@code product_expiration}.
   */
  DEFENDER_EXPIRED,

  /**
   * Defender was not onboarded to a tenant, or has lost its licence.
   *
   * <p>Who: MDM admin.
   *
   * <p>Evidence: {@code licensed} of {@code mdatp health}.
   */
  NOT_LICENSED,

  /**
   * Defender only watches, and leaves the protection to another product. This is no risk if the
   * setting {@code expectPassiveMode} is true.
   *
   * <p>Who: MDM admin.
   *
   * <p>Evidence: {@code passive_mode_enabled}.
   */
  PASSIVE_MODE,

  /**
   * Real-time protection is switched off in Defender's own settings.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>Evidence: {@code real_time_protection_enabled}, and whether a policy sets it.
   */
  PROTECTION_OFF,

  /**
   * The extension runs, but real-time protection does not work.
   *
   * <p>Who: user, MDM admin, Microsoft.
   *
   * <p>Evidence: {@code real_time_protection_available}; {@code health.issues} may say why.
   */
  ENGINE_UNAVAILABLE,

  /**
   * macOS does not let Defender read the users' files.
   *
   * <p>Who: MDM admin, user.
   *
   * <p>macOS: 10.15 and later.
   *
   * <p>Evidence: {@code full_disk_access_enabled}, which Defender prints since 101.56.35 (System
   * Settings may show access that an MDM granted as switched off).
   */
  FULL_DISK_ACCESS_MISSING,

  /**
   * Defender's definitions are old: it does not know recent malware.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>Evidence: {@code definitions_status} is {@code out_of_date}, or {@code
   * definitions_updated_minutes_ago} is more than {@code maxDefinitionsAgeHours}.
   */
  DEFINITIONS_STALE,

  /**
   * Defender says that something is wrong, but none of the reasons above applies.
   *
   * <p>Who: Mac admin, MDM admin.
   *
   * <p>Evidence: {@code healthy}; {@code health_issues} in Defender's own words.
   */
  UNHEALTHY,

  /**
   * The command mdatp runs, but Defender's own daemon does not answer it.
   *
   * <p>Who: nobody, user.
   *
   * <p>Evidence: {@code mdatp} ends with 3, or says that it cannot connect.
   */
  DAEMON_UNREACHABLE,

  /**
   * The program mdatp is there, but macOS cannot run it.
   *
   * <p>Who: MDM admin.
   *
   * <p>Evidence: it is not an executable file, or does not start.
   */
  NOT_EXECUTABLE,

  /**
   * Defender, or codesign, did not answer in time. That says nothing about the protection.
   *
   * <p>Who: nobody, Mac admin.
   *
   * <p>Evidence: {@code mdatp} or {@code codesign} did not end within {@code toolTimeoutSeconds}.
   */
  TIMEOUT,

  /**
   * Defender answered, but printed no health field that this program knows.
   *
   * <p>Who: Mac admin.
   *
   * <p>Evidence: {@code mdatp health} printed no known field.
   */
  UNPARSABLE,

  /**
   * Defender answered, but did not say whether real-time protection is on, or whether it works.
   *
   * <p>Who: nobody, Mac admin.
   *
   * <p>Evidence: {@code real_time_protection_enabled} or {@code real_time_protection_available} is
   * missing.
   */
  HEALTH_INCOMPLETE,

  /**
   * Defender calls its protection unavailable, and the state of the extension is not known.
   *
   * <p>Who: Mac admin.
   *
   * <p>Evidence: both fields of real-time protection are {@code unavailable}; the state of the
   * extension is {@code unknown}.
   */
  UNREADABLE,

  /**
   * Nothing is wrong.
   *
   * <p>Who: nobody.
   *
   * <p>Evidence: {@code mdatp health} says that real-time protection is on and works, and nothing
   * above applies.
   */
  NONE;

  /** Whether it comes from Defender's health, and not from the state of its extension. */
  public boolean isOfHealth() {
    return switch (this) {
      case AWAITING_APPROVAL,
          RESTART_REQUIRED,
          LOAD_FAILED,
          APPROVED_NOT_LOADED,
          CONFLICT,
          EXTENSION_MISSING,
          EXTENSION_DISABLED ->
          false;
      default -> true;
    };
  }
}
