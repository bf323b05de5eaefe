package org.kextwatch.agent.status;

import static org.kextwatch.agent.status.Verdict.AT_RISK;
import static org.kextwatch.agent.status.Verdict.PROTECTED;
import static org.kextwatch.agent.status.Verdict.UNKNOWN;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Judges an observation by a table: the first row that applies gives verdict and reason. */
public final class Judge {
  private static final String OUT_OF_DATE = "out_of_date"; // since mdatp 101.24122.0005

  private static final List<Rule> TABLE =
      List.of(
          atRisk(Reason.NOT_INSTALLED, c -> c.reachabilityIs(Reachability.NOT_INSTALLED)),
          atRisk(Reason.NOT_TRUSTED, c -> c.reachabilityIs(Reachability.NOT_TRUSTED)),
          atRisk(
              Reason.AWAITING_APPROVAL,
              c ->
                  c.extensionIs(ExtensionState.AWAITING_APPROVAL)
                      || c.extensionIs(ExtensionState.NEVER_REQUESTED)),
          atRisk(Reason.RESTART_REQUIRED, c -> c.extensionIs(ExtensionState.PENDING_RESTART)),
          atRisk(
              Reason.LOAD_FAILED,
              c -> c.extensionIs(ExtensionState.BLOCKED) || c.context.loadExhausted()),
          atRisk(Reason.APPROVED_NOT_LOADED, c -> c.extensionIs(ExtensionState.APPROVED_INACTIVE)),
          atRisk(Reason.CONFLICT, c -> c.extensionIs(ExtensionState.CONFLICT)),
          atRisk(Reason.EXTENSION_MISSING, c -> c.extensionIs(ExtensionState.ABSENT)),
          atRisk(Reason.EXTENSION_DISABLED, c -> c.extensionIs(ExtensionState.DISABLED)),
          atRisk(
              Reason.DEFENDER_EXPIRED,
              Case::hasExpired), // an expired client also prints "no licence"
          atRisk(Reason.NOT_LICENSED, c -> isFalse(c.health().licensed())),
          atRisk(Reason.PASSIVE_MODE, c -> c.isPassive() && !c.thresholds.expectPassiveMode()),
          atRisk(
              Reason.PROTECTION_OFF,
              c -> isFalse(c.health().realTimeProtectionEnabled()) && !c.isPassive()),
          atRisk(Reason.ENGINE_UNAVAILABLE, c -> c.engineFails() && !c.isPassive()),
          atRisk(Reason.FULL_DISK_ACCESS_MISSING, c -> isFalse(c.health().fullDiskAccessEnabled())),
          atRisk(Reason.DEFINITIONS_STALE, Case::definitionsAreStale),
          atRisk(Reason.UNHEALTHY, c -> isFalse(c.health().healthy())),
          atRisk(Reason.DAEMON_UNREACHABLE, c -> c.daemonIsUnreachable() && c.isPersistent()),
          unknown(Reason.DAEMON_UNREACHABLE, Case::daemonIsUnreachable),
          atRisk(Reason.NOT_EXECUTABLE, c -> c.isNotExecutable() && c.isPersistent()),
          unknown(Reason.NOT_EXECUTABLE, Case::isNotExecutable),
          unknown(Reason.TIMEOUT, c -> c.reachabilityIs(Reachability.TIMEOUT)),
          unknown(Reason.UNPARSABLE, c -> c.reachabilityIs(Reachability.UNPARSABLE)),
          unknown(Reason.HEALTH_INCOMPLETE, c -> c.pairIsIncomplete() && !c.isPassive()),
          unknown(Reason.UNREADABLE, c -> c.pairIsUnavailable() && !c.isPassive()),
          new Rule(PROTECTED, Reason.NONE, c -> true));

  private Judge() {}

  /** Judges one observation. The last row always applies. */
  public static Judgement judge(Observation seen, Thresholds thresholds, JudgeContext context) {
    Case theCase = new Case(seen, thresholds, context);
    Rule row = TABLE.stream().filter(r -> r.applies.test(theCase)).findFirst().orElseThrow();
    return new Judgement(
        row.verdict,
        row.reason,
        Wording.summary(row.reason, seen),
        Wording.advice(row.reason, seen),
        warnings(row, theCase));
  }

  /** What does not change the verdict, but an admin should know. */
  private static List<String> warnings(Rule row, Case c) {
    List<String> warnings = new ArrayList<>();
    if (row.reason != Reason.DEFENDER_EXPIRED && Boolean.TRUE.equals(c.health().expiresSoon())) {
      warnings.add(Wording.expiry(c.seen));
    }
    if (row.verdict == PROTECTED && c.extensionIs(ExtensionState.UNKNOWN)) {
      warnings.add(
          "The extension's state is not known; only Defender says that the protection works.");
    }
    if (row.verdict == PROTECTED && c.health().healthy() == null) {
      warnings.add("Defender does not say whether it is healthy as a whole.");
    }
    if (c.seen.policies().teamNamedTwice()) {
      warnings.add(ApprovalAdvice.teamInBothLists(c.seen.extension().teamId()));
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

  private static Rule atRisk(Reason reason, Predicate<Case> applies) {
    return new Rule(AT_RISK, reason, applies);
  }

  private static Rule unknown(Reason reason, Predicate<Case> applies) {
    return new Rule(UNKNOWN, reason, applies);
  }

  private record Rule(Verdict verdict, Reason reason, Predicate<Case> applies) {}

  /** One observation, with the questions that the table asks. */
  private record Case(Observation seen, Thresholds thresholds, JudgeContext context) {
    Health health() {
      return seen.health();
    }

    boolean reachabilityIs(Reachability reachability) {
      return health().reachability() == reachability;
    }

    boolean extensionIs(ExtensionState state) {
      return seen.extension().state() == state;
    }

    boolean isPassive() {
      return Boolean.TRUE.equals(health().passiveModeEnabled());
    }

    /** Defender still works on its last day. */
    boolean hasExpired() {
      return health().isExpired(seen.today());
    }

    /** "Unavailable" is a failure of its own only while the extension works. */
    boolean engineFails() {
      return isFalse(health().realTimeProtectionAvailable())
          || (isUnavailable("realTimeProtectionAvailable") && extensionIs(ExtensionState.ACTIVE));
    }

    /** Whether an old version works on beside a newer one that waits for a restart. */
    boolean upgradeWaits() {
      return extensionIs(ExtensionState.ACTIVE)
          && seen.extension().systemExtensions().stream()
              .anyMatch(SystemExtension::isWaitingToUpgrade);
    }

    /** The network filter can be stopped although macOS lists its extension as enabled. */
    boolean networkEventsFail() {
      return extensionIs(ExtensionState.ACTIVE)
          && seen.extension().kind() == ExtensionKind.SYSTEM
          && isUnavailable("networkEventsSubsystem");
    }

    boolean definitionsAreStale() {
      Long age = health().definitionsAgeMinutes();
      return OUT_OF_DATE.equals(health().definitionsStatus())
          || (age != null && age > thresholds.maxDefinitionsAge().toMinutes());
    }

    boolean daemonIsUnreachable() {
      return reachabilityIs(Reachability.DAEMON_UNREACHABLE);
    }

    boolean isNotExecutable() {
      return reachabilityIs(Reachability.NOT_EXECUTABLE);
    }

    boolean isPersistent() {
      return context.unreachableFor().compareTo(Thresholds.PATIENCE) >= 0;
    }

    boolean pairIsIncomplete() {
      return !pairIsUnavailable()
          && (health().realTimeProtectionEnabled() == null
              || health().realTimeProtectionAvailable() == null);
    }

    boolean pairIsUnavailable() {
      return isUnavailable("realTimeProtectionEnabled")
          && isUnavailable("realTimeProtectionAvailable");
    }

    private boolean isUnavailable(String field) {
      return health().unavailableFields().contains(field);
    }
  }
}
