package org.kextwatch.agent.status;

import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.UNAVAILABLE;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.pair;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.Records;

/**
 * A Mac without a name, with the reason that it must get and its advice.
 *
 * @param name where one reason has more than one advice, when this one is given
 */
record Situation(Reason expected, String name, Observation seen) {
  private static final String KERNEL = "10.15.7";
  private static final String MONTEREY = "12.7.6";
  private static final String SONOMA = "14.8";
  private static final String TAHOE = "26.1";

  private static final Health BLIND = pair(true, false);
  private static final Health UNLICENSED =
      health(Reachability.OK, false, false, false, true, null, null, null, 5L, List.of());

  /** At least one for each reason, and more where the advice differs. */
  static List<Situation> all() {
    return List.of(
        healthy(Reason.NOT_INSTALLED, "", Health.unreachable(Reachability.NOT_INSTALLED, null)),
        healthy(Reason.NOT_TRUSTED, "", Health.unreachable(Reachability.NOT_TRUSTED, null)),
        awaiting("kernel extension", KERNEL, ExtensionKind.KERNEL, null, false),
        awaiting(
            "kernel extension, forbidden by a profile", KERNEL, ExtensionKind.KERNEL, false, false),
        awaiting(
            "kernel extension, allowed by a profile", KERNEL, ExtensionKind.KERNEL, true, true),
        awaiting("macOS 11 and 12", MONTEREY, ExtensionKind.SYSTEM, null, false),
        awaiting("macOS 13 and 14", SONOMA, ExtensionKind.SYSTEM, null, false),
        awaiting("macOS 15 and later", TAHOE, ExtensionKind.SYSTEM, null, false),
        awaiting(
            "system extension, forbidden by a profile", TAHOE, ExtensionKind.SYSTEM, false, false),
        awaiting(
            "macOS 15 and later, allowed by a profile", TAHOE, ExtensionKind.SYSTEM, true, true),
        system(Reason.RESTART_REQUIRED, "", TAHOE, ExtensionState.PENDING_RESTART, List.of()),
        on(
            Reason.LOAD_FAILED,
            "",
            KERNEL,
            BLIND,
            extension(ExtensionState.BLOCKED, Grant.USER, false)),
        on(
            Reason.APPROVED_NOT_LOADED,
            "",
            KERNEL,
            BLIND,
            extension(ExtensionState.APPROVED_INACTIVE, Grant.USER, false)),
        on(
            Reason.CONFLICT,
            "",
            KERNEL,
            BLIND,
            extension(ExtensionState.CONFLICT, Grant.USER, false)),
        system(Reason.EXTENSION_MISSING, "none is left", TAHOE, ExtensionState.ABSENT, List.of()),
        system(
            Reason.EXTENSION_MISSING,
            "the last one is being removed",
            TAHOE,
            ExtensionState.ABSENT,
            List.of(row("terminating_for_uninstall"))),
        system(
            Reason.EXTENSION_DISABLED,
            "macOS 13 and 14",
            SONOMA,
            ExtensionState.DISABLED,
            List.of()),
        system(
            Reason.EXTENSION_DISABLED,
            "macOS 15 and later",
            TAHOE,
            ExtensionState.DISABLED,
            List.of()),
        healthy(Reason.DEFENDER_EXPIRED, "", HEALTHY.expiring(TODAY.minusDays(1), TODAY)),
        healthy(Reason.NOT_LICENSED, "never onboarded, or the licence is lost", UNLICENSED),
        healthy(Reason.NOT_LICENSED, "offboarded before", UNLICENSED).offboarded(),
        healthy(
            Reason.PASSIVE_MODE,
            "",
            health(Reachability.OK, true, true, false, true, true, null, null, 5L, List.of())),
        healthy(Reason.PROTECTION_OFF, "switched off on the Mac", pair(false, true)),
        healthy(Reason.PROTECTION_OFF, "set by a policy", managed(pair(false, true))),
        healthy(Reason.ENGINE_UNAVAILABLE, "", BLIND),
        blind("macOS 10.15 to 12", MONTEREY),
        blind("macOS 13 and later", TAHOE),
        healthy(
            Reason.DEFINITIONS_STALE,
            "",
            health(Reachability.OK, true, true, true, true, false, true, null, 99_999L, List.of())),
        healthy(
            Reason.UNHEALTHY,
            "",
            health(Reachability.OK, false, true, true, true, false, true, null, 5L, List.of())),
        healthy(
            Reason.DAEMON_UNREACHABLE, "", Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3)),
        healthy(Reason.NOT_EXECUTABLE, "", Health.unreachable(Reachability.NOT_EXECUTABLE, null)),
        healthy(Reason.TIMEOUT, "", Health.unreachable(Reachability.TIMEOUT, null)),
        healthy(Reason.UNPARSABLE, "", Health.unreachable(Reachability.UNPARSABLE, 0)),
        healthy(Reason.HEALTH_INCOMPLETE, "", pair(true, null)),
        on(
            Reason.UNREADABLE,
            "",
            KERNEL,
            UNAVAILABLE,
            extension(ExtensionState.UNKNOWN, Grant.UNREADABLE, null)),
        healthy(Reason.NONE, "", HEALTHY));
  }

  Judgement judged() {
    return StatusSamples.judge(seen);
  }

  Judgement judgedLate() {
    return Judge.judge(
        seen, StatusSamples.THRESHOLDS, new JudgeContext(Thresholds.PATIENCE, false));
  }

  private Situation offboarded() {
    return new Situation(expected, name, Records.with(seen, "offboardingLeft", true));
  }

  private static Situation healthy(Reason expected, String name, Health health) {
    return on(expected, name, TAHOE, health, ACTIVE);
  }

  private static Situation blind(String name, String osVersion) {
    Health blind =
        health(Reachability.OK, false, true, true, true, false, false, null, 5L, List.of());
    return on(Reason.FULL_DISK_ACCESS_MISSING, name, osVersion, blind, ACTIVE);
  }

  private static Situation awaiting(
      String name,
      String osVersion,
      ExtensionKind kind,
      @Nullable Boolean userMayApprove,
      boolean allowedByProfile) {
    return on(
        Reason.AWAITING_APPROVAL,
        name,
        osVersion,
        BLIND,
        extensionOf(
            kind, ExtensionState.AWAITING_APPROVAL, userMayApprove, allowedByProfile, List.of()));
  }

  private static Situation system(
      Reason expected,
      String name,
      String osVersion,
      ExtensionState state,
      List<SystemExtension> rows) {
    return on(
        expected,
        name,
        osVersion,
        BLIND,
        extensionOf(ExtensionKind.SYSTEM, state, null, false, rows));
  }

  private static Situation on(
      Reason expected, String name, String osVersion, Health health, Extension extension) {
    Device mac =
        new Device(null, null, null, null, osVersion, null, null, Device.Mdm.UNKNOWN, Map.of());
    return new Situation(
        expected,
        name,
        new Observation(StatusSamples.NOON, TODAY, mac, health, extension, Policies.NONE, false));
  }

  private static SystemExtension row(String state) {
    return new SystemExtension("com.microsoft.wdav.epsext", "101.25082.0007", state);
  }

  private static Extension extensionOf(
      ExtensionKind kind,
      ExtensionState state,
      @Nullable Boolean userMayApprove,
      boolean allowedByProfile,
      List<SystemExtension> rows) {
    return Records.with(
        extension(kind, state, Grant.NONE, null, userMayApprove, null),
        "version",
        null,
        "allowedByProfile",
        allowedByProfile,
        "systemExtensions",
        rows);
  }

  private static Health managed(Health health) {
    return Records.with(health, "managedSettings", List.of("realTimeProtectionEnabled"));
  }
}
