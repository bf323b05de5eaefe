package org.kextwatch.agent.status;

import static org.kextwatch.agent.status.Verdict.AT_RISK;
import static org.kextwatch.agent.status.Verdict.PROTECTED;
import static org.kextwatch.agent.status.Verdict.UNKNOWN;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The truth table: the first row that applies says what an observation means. */
public final class Judge {
  private static final String OUT_OF_DATE = "out_of_date"; // since mdatp 101.24122.0005

  private static final List<Row> TABLE =
      List.of(
          row(AT_RISK, Reason.NOT_INSTALLED, c -> c.answers(Reachability.NOT_INSTALLED)),
          row(AT_RISK, Reason.NOT_TRUSTED, c -> c.answers(Reachability.NOT_TRUSTED)),
          row(
              AT_RISK,
              Reason.AWAITING_APPROVAL,
              c ->
                  c.extensionIs(ExtensionState.AWAITING_APPROVAL)
                      || c.extensionIs(ExtensionState.NEVER_REQUESTED)),
          row(AT_RISK, Reason.RESTART_REQUIRED, c -> c.extensionIs(ExtensionState.PENDING_RESTART)),
          row(
              AT_RISK,
              Reason.LOAD_FAILED,
              c -> c.extensionIs(ExtensionState.BLOCKED) || c.memory.loadExhausted()),
          row(
              AT_RISK,
              Reason.APPROVED_NOT_LOADED,
              c -> c.extensionIs(ExtensionState.APPROVED_INACTIVE)),
          row(AT_RISK, Reason.CONFLICT, c -> c.extensionIs(ExtensionState.CONFLICT)),
          row(AT_RISK, Reason.EXTENSION_MISSING, c -> c.extensionIs(ExtensionState.ABSENT)),
          row(AT_RISK, Reason.EXTENSION_DISABLED, c -> c.extensionIs(ExtensionState.DISABLED)),
          row(AT_RISK, Reason.DEFENDER_EXPIRED, Case::hasExpired), // it says "no licence" too
          row(AT_RISK, Reason.NOT_LICENSED, c -> isFalse(c.health().licensed())),
          row(AT_RISK, Reason.PASSIVE_MODE, c -> c.isPassive() && !c.limits.expectPassiveMode()),
          row(
              AT_RISK,
              Reason.PROTECTION_OFF,
              c -> isFalse(c.health().realTimeProtectionEnabled()) && !c.isPassive()),
          row(AT_RISK, Reason.ENGINE_UNAVAILABLE, c -> c.engineFails() && !c.isPassive()),
          row(
              AT_RISK,
              Reason.FULL_DISK_ACCESS_MISSING,
              c -> isFalse(c.health().fullDiskAccessEnabled())),
          row(AT_RISK, Reason.DEFINITIONS_STALE, Case::definitionsAreStale),
          row(AT_RISK, Reason.UNHEALTHY, c -> isFalse(c.health().healthy())),
          row(AT_RISK, Reason.DAEMON_UNREACHABLE, c -> c.unreachableDaemon() && c.isPersistent()),
          row(UNKNOWN, Reason.DAEMON_UNREACHABLE, Case::unreachableDaemon),
          row(AT_RISK, Reason.NOT_EXECUTABLE, c -> c.notExecutable() && c.isPersistent()),
          row(UNKNOWN, Reason.NOT_EXECUTABLE, Case::notExecutable),
          row(UNKNOWN, Reason.TIMEOUT, c -> c.answers(Reachability.TIMEOUT)),
          row(UNKNOWN, Reason.UNPARSABLE, c -> c.answers(Reachability.UNPARSABLE)),
          row(UNKNOWN, Reason.HEALTH_INCOMPLETE, c -> c.pairIsIncomplete() && !c.isPassive()),
          row(UNKNOWN, Reason.UNREADABLE, c -> c.pairIsUnavailable() && !c.isPassive()),
          row(PROTECTED, Reason.NONE, c -> true));

  private Judge() {}

  /** Judges one observation; total, for the last row always applies. */
  public static Judgement judge(Observation seen, Thresholds limits, JudgeContext circumstances) {
    Case theCase = new Case(seen, limits, circumstances);
    Row row = TABLE.stream().filter(r -> r.applies.test(theCase)).findFirst().orElseThrow();
    return new Judgement(
        row.verdict,
        row.reason,
        Wording.summary(row.reason, seen),
        Wording.advice(row.reason, seen),
        warnings(row, theCase));
  }

  /** What does not decide, and is to be known all the same. */
  private static List<String> warnings(Row row, Case c) {
    List<String> warnings = new ArrayList<>();
    if (row.reason != Reason.DEFENDER_EXPIRED && Boolean.TRUE.equals(c.health().expiresSoon())) {
      warnings.add(Wording.expiry(c.seen));
    }
    if (row.verdict == PROTECTED && c.extensionIs(ExtensionState.UNKNOWN)) {
      warnings.add("The extension's state cannot be told; only Defender says that it works.");
    }
    if (row.verdict == PROTECTED && c.health().healthy() == null) {
      warnings.add("Defender does not say whether it is healthy as a whole.");
    }
    if (c.seen.policies().teamNamedTwice()) {
      warnings.add(ApprovalAdvice.twice(c.seen.extension().teamId()));
    }
    if (c.upgradeWaits()) {
      warnings.add(
          "A newer version of Defender's system extension waits: restart this Mac to complete the"
              + " upgrade. Until then the old version works.");
    }
    if (c.networkEventsFail()) {
      warnings.add(
          "Defender's network extension is on but does not run: networkEventsSubsystem is"
              + " unavailable. Run: mdatp health --details system_extensions");
    }
    return warnings;
  }

  private static boolean isFalse(@Nullable Boolean value) {
    return Boolean.FALSE.equals(value);
  }

  private static Row row(Verdict verdict, Reason reason, Predicate<Case> applies) {
    return new Row(verdict, reason, applies);
  }

  private record Row(Verdict verdict, Reason reason, Predicate<Case> applies) {}

  /** One observation, in the terms of the table. */
  private record Case(Observation seen, Thresholds limits, JudgeContext memory) {
    Health health() {
      return seen.health();
    }

    boolean answers(Reachability reachability) {
      return health().reachability() == reachability;
    }

    boolean extensionIs(ExtensionState state) {
      return seen.extension().state() == state;
    }

    boolean isPassive() {
      return Boolean.TRUE.equals(health().passiveModeEnabled());
    }

    /** It still works on its last day. */
    boolean hasExpired() {
      return health().isExpired(seen.today());
    }

    /** "Unavailable" is a failure only where the extension works: before, it is a consequence. */
    boolean engineFails() {
      return isFalse(health().realTimeProtectionAvailable())
          || (says("realTimeProtectionAvailable") && extensionIs(ExtensionState.ACTIVE));
    }

    /** An old version that still works, beside a newer one. */
    boolean upgradeWaits() {
      return extensionIs(ExtensionState.ACTIVE)
          && seen.extension().systemExtensions().stream()
              .anyMatch(SystemExtension::isWaitingToUpgrade);
    }

    /** The network filter can be stopped while macOS lists its extension as enabled. */
    boolean networkEventsFail() {
      return extensionIs(ExtensionState.ACTIVE)
          && seen.extension().kind() == ExtensionKind.SYSTEM
          && says("networkEventsSubsystem");
    }

    boolean definitionsAreStale() {
      Long age = health().definitionsAgeMinutes();
      return OUT_OF_DATE.equals(health().definitionsStatus())
          || (age != null && age > limits.maxDefinitionsAge().toMinutes());
    }

    boolean unreachableDaemon() {
      return answers(Reachability.DAEMON_UNREACHABLE);
    }

    boolean notExecutable() {
      return answers(Reachability.NOT_EXECUTABLE);
    }

    boolean isPersistent() {
      return memory.unreachableFor().compareTo(Thresholds.PATIENCE) >= 0;
    }

    boolean pairIsIncomplete() {
      return !pairIsUnavailable()
          && (health().realTimeProtectionEnabled() == null
              || health().realTimeProtectionAvailable() == null);
    }

    boolean pairIsUnavailable() {
      return says("realTimeProtectionEnabled") && says("realTimeProtectionAvailable");
    }

    private boolean says(String unavailableField) {
      return health().unavailableFields().contains(unavailableField);
    }
  }
}
