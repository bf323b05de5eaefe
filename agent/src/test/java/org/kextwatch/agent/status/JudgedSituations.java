package org.kextwatch.agent.status;

import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.AWAITING;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.UNAVAILABLE;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.pair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Situations, each with its verdict and reason. */
final class JudgedSituations {
  static final Thresholds PASSIVE_EXPECTED = new Thresholds(true, Duration.ofDays(7));
  static final Extension UNKNOWN_EXTENSION =
      extension(ExtensionState.UNKNOWN, Grant.UNREADABLE, null);

  private JudgedSituations() {}

  static Stream<Arguments> situations() {
    return Stream.of(
        row("all is well", Verdict.PROTECTED, Reason.NONE, HEALTHY, ACTIVE),
        row(
            "no Defender",
            Verdict.AT_RISK,
            Reason.NOT_INSTALLED,
            Health.unreachable(Reachability.NOT_INSTALLED, null),
            extension(ExtensionState.ABSENT, Grant.NONE, false)),
        row(
            "a foreign mdatp",
            Verdict.AT_RISK,
            Reason.NOT_TRUSTED,
            Health.unreachable(Reachability.NOT_TRUSTED, null),
            ACTIVE),
        row(
            "blocked kext, the pair as recorded in 2019",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(true, false),
            AWAITING),
        row(
            "blocked kext, the pair the other way round",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(false, true),
            AWAITING),
        row(
            "macOS has not asked for approval yet",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            pair(true, false),
            extension(ExtensionState.NEVER_REQUESTED, Grant.NONE, false)),
        row(
            "approval is awaited, whether or not Defender answers",
            Verdict.AT_RISK,
            Reason.AWAITING_APPROVAL,
            Health.unreachable(Reachability.TIMEOUT, null),
            AWAITING),
        row(
            "accepted, waiting for a restart",
            Verdict.AT_RISK,
            Reason.RESTART_REQUIRED,
            pair(true, false),
            extension(ExtensionState.PENDING_RESTART, Grant.USER, false)),
        row(
            "the loader failed",
            Verdict.AT_RISK,
            Reason.LOAD_FAILED,
            pair(true, false),
            extension(ExtensionState.BLOCKED, Grant.USER, false)),
        row(
            "approved a moment ago",
            Verdict.AT_RISK,
            Reason.APPROVED_NOT_LOADED,
            pair(true, false),
            extension(ExtensionState.APPROVED_INACTIVE, Grant.USER, false)),
        row(
            "approved, but refused",
            Verdict.AT_RISK,
            Reason.CONFLICT,
            pair(true, false),
            extension(ExtensionState.CONFLICT, Grant.USER, false)),
        row(
            "Defender without an extension",
            Verdict.AT_RISK,
            Reason.EXTENSION_MISSING,
            pair(true, false),
            extension(ExtensionState.ABSENT, Grant.NONE, false)),
        row(
            "switched off",
            Verdict.AT_RISK,
            Reason.EXTENSION_DISABLED,
            pair(true, false),
            extension(ExtensionState.DISABLED, Grant.NONE, null)),
        row(
            "healthy, licensed, up to date, and expired",
            Verdict.AT_RISK,
            Reason.DEFENDER_EXPIRED,
            HEALTHY.expiring(TODAY.minusDays(1), TODAY),
            ACTIVE),
        row(
            "expired, which old clients call a missing licence",
            Verdict.AT_RISK,
            Reason.DEFENDER_EXPIRED,
            noLicence().expiring(TODAY.minusDays(5), TODAY),
            ACTIVE),
        row("its last day", Verdict.PROTECTED, Reason.NONE, HEALTHY.expiring(TODAY, TODAY), ACTIVE),
        row("no licence", Verdict.AT_RISK, Reason.NOT_LICENSED, noLicence(), ACTIVE),
        row(
            "another antivirus protects, unexpectedly",
            Verdict.AT_RISK,
            Reason.PASSIVE_MODE,
            health(Reachability.OK, true, true, false, true, true, null, null, null, List.of()),
            ACTIVE),
        row(
            "the setting is off",
            Verdict.AT_RISK,
            Reason.PROTECTION_OFF,
            pair(false, true),
            ACTIVE),
        row(
            "the setting is off, the extension unknown",
            Verdict.AT_RISK,
            Reason.PROTECTION_OFF,
            pair(false, true),
            UNKNOWN_EXTENSION),
        row(
            "loaded, but does not work",
            Verdict.AT_RISK,
            Reason.ENGINE_UNAVAILABLE,
            pair(true, false),
            ACTIVE),
        row(
            "loaded, but Defender calls both unavailable",
            Verdict.AT_RISK,
            Reason.ENGINE_UNAVAILABLE,
            UNAVAILABLE,
            ACTIVE),
        row(
            "no full disk access",
            Verdict.AT_RISK,
            Reason.FULL_DISK_ACCESS_MISSING,
            health(Reachability.OK, false, true, true, true, false, false, null, null, List.of()),
            ACTIVE),
        row(
            "definitions of last week",
            Verdict.AT_RISK,
            Reason.DEFINITIONS_STALE,
            health(Reachability.OK, true, true, true, true, false, true, null, 10_081L, List.of()),
            ACTIVE),
        row(
            "definitions that Defender calls old",
            Verdict.AT_RISK,
            Reason.DEFINITIONS_STALE,
            health(
                Reachability.OK, true, true, true, true, false, true, "out_of_date", 5L, List.of()),
            ACTIVE),
        row(
            "definitions of exactly one week are good",
            Verdict.PROTECTED,
            Reason.NONE,
            health(Reachability.OK, true, true, true, true, false, true, null, 10_080L, List.of()),
            ACTIVE),
        row(
            "unhealthy, nothing else known",
            Verdict.AT_RISK,
            Reason.UNHEALTHY,
            health(Reachability.OK, false, true, true, true, false, true, null, 5L, List.of()),
            ACTIVE),
        row(
            "no answer yet",
            Verdict.UNKNOWN,
            Reason.DAEMON_UNREACHABLE,
            Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3),
            ACTIVE),
        row(
            "not executable for now",
            Verdict.UNKNOWN,
            Reason.NOT_EXECUTABLE,
            Health.unreachable(Reachability.NOT_EXECUTABLE, null),
            ACTIVE),
        row(
            "no answer in time",
            Verdict.UNKNOWN,
            Reason.TIMEOUT,
            Health.unreachable(Reachability.TIMEOUT, null),
            ACTIVE),
        row(
            "an answer without a known field",
            Verdict.UNKNOWN,
            Reason.UNPARSABLE,
            Health.unreachable(Reachability.UNPARSABLE, 0),
            ACTIVE),
        row("half an answer", Verdict.UNKNOWN, Reason.HEALTH_INCOMPLETE, pair(true, null), ACTIVE),
        row(
            "neither Defender nor macOS says anything",
            Verdict.UNKNOWN,
            Reason.UNREADABLE,
            UNAVAILABLE,
            UNKNOWN_EXTENSION),
        row(
            "only Defender says that it protects",
            Verdict.PROTECTED,
            Reason.NONE,
            HEALTHY,
            UNKNOWN_EXTENSION));
  }

  static Health noLicence() {
    return health(Reachability.OK, false, false, false, true, null, null, null, null, List.of());
  }

  /** True, false, missing, "unavailable". */
  static Boolean value(int way) {
    return way == 0 ? Boolean.TRUE : way == 1 ? Boolean.FALSE : null;
  }

  static List<String> unavailable(int enabled, int available) {
    List<String> fields = new ArrayList<>();
    if (enabled == 3) {
      fields.add("realTimeProtectionEnabled");
    }
    if (available == 3) {
      fields.add("realTimeProtectionAvailable");
    }
    return fields;
  }

  static Arguments row(
      String name, Verdict verdict, Reason reason, Health health, Extension extension) {
    return Arguments.of(name, verdict, reason, health, extension);
  }
}
