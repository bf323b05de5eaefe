package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;

/**
 * Something that is really wrong with a Mac, or two such things at once.
 *
 * @param onKernel whether it happens to a kernel extension
 * @param reason what is to be told in the end
 * @param promise how soon, awake
 * @param isOfLoader whether the loader is tried first, so that the first word may be another
 */
record RealFault(
    String name,
    boolean onKernel,
    Reason reason,
    Promised promise,
    boolean isOfLoader,
    Consumer<OrdinaryMac> begin,
    Consumer<OrdinaryMac> end) {

  /** How soon something is told. */
  enum Promised {
    /** At the next tick: macOS writes down what becomes of a system extension. */
    TICK(30, 60),
    /** At the next full look: what macOS says of the extension is not doubted. */
    INTERVAL(300, 300),
    /** Health is looked at twice. */
    INTERVAL_AND_CONFIRM(360, 300),
    /** A Defender that does not answer is a risk after a quarter of an hour. */
    PATIENCE(900 + 600 + 60, 300),
    /** Eight loads, by their schedule: 5 s, 30 s, 2 min, 10 min, and three times 30 min. */
    ALL_LOADS(300 + 755 + 3 * 1800, 60);

    /** What the tools of a look take. */
    private static final int TOOLS = 40;

    final Duration told;
    final Duration resolved;

    Promised(int told, int resolved) {
      this.told = Duration.ofSeconds(told + TOOLS);
      this.resolved = Duration.ofSeconds(resolved + TOOLS);
    }
  }

  static List<RealFault> all() {
    List<RealFault> all = new ArrayList<>(ofSystemExtensions());
    all.addAll(ofHealth(false));
    all.addAll(ofKexts());
    all.addAll(twoAtOnce());
    return all;
  }

  private static List<RealFault> ofSystemExtensions() {
    return List.of(
        epsext(Reason.AWAITING_APPROVAL, "activated_waiting_for_user"),
        netext(Reason.AWAITING_APPROVAL, "activated_waiting_for_user"),
        epsext(Reason.RESTART_REQUIRED, "activated_waiting_to_upgrade"),
        epsext(Reason.EXTENSION_DISABLED, "activated_disabled"),
        epsext(Reason.EXTENSION_DISABLED, "terminating_for_disable"),
        netext(Reason.EXTENSION_DISABLED, "activated_disabled"),
        missing());
  }

  private static RealFault epsext(Reason reason, String state) {
    return system("epsext " + state, reason, mac -> mac.epsextState = state);
  }

  private static RealFault netext(Reason reason, String state) {
    return system("netext " + state, reason, mac -> mac.netextState = state);
  }

  private static RealFault missing() {
    return system("no rows", Reason.EXTENSION_MISSING, mac -> mac.hasRows = false);
  }

  private static RealFault system(String name, Reason reason, Consumer<OrdinaryMac> begin) {
    return new RealFault(
        name,
        false,
        reason,
        Promised.TICK,
        false,
        begin,
        mac -> {
          mac.epsextState = "activated_enabled";
          mac.netextState = "activated_enabled";
          mac.hasRows = true;
        });
  }

  private static List<RealFault> ofHealth(boolean onKernel) {
    return List.of(
        silent(onKernel, Reason.NOT_INSTALLED, Promised.INTERVAL_AND_CONFIRM),
        silent(onKernel, Reason.NOT_TRUSTED, Promised.INTERVAL_AND_CONFIRM),
        silent(onKernel, Reason.TIMEOUT, Promised.INTERVAL_AND_CONFIRM),
        silent(onKernel, Reason.UNPARSABLE, Promised.INTERVAL_AND_CONFIRM),
        silent(onKernel, Reason.DAEMON_UNREACHABLE, Promised.PATIENCE),
        silent(onKernel, Reason.NOT_EXECUTABLE, Promised.PATIENCE),
        health(onKernel, Reason.DEFENDER_EXPIRED, "expiresAt", LocalDate.of(2026, 11, 1)),
        health(onKernel, Reason.NOT_LICENSED, "licensed", false),
        health(onKernel, Reason.PASSIVE_MODE, "passiveModeEnabled", true),
        health(onKernel, Reason.PROTECTION_OFF, "realTimeProtectionEnabled", false),
        health(onKernel, Reason.ENGINE_UNAVAILABLE, "realTimeProtectionAvailable", false),
        health(onKernel, Reason.FULL_DISK_ACCESS_MISSING, "fullDiskAccessEnabled", false),
        health(onKernel, Reason.DEFINITIONS_STALE, "definitionsStatus", "out_of_date"),
        health(onKernel, Reason.DEFINITIONS_STALE, "definitionsAgeMinutes", 20_000L),
        health(onKernel, Reason.UNHEALTHY, "healthy", false),
        health(onKernel, Reason.HEALTH_INCOMPLETE, "realTimeProtectionEnabled", null),
        unreadable(onKernel));
  }

  private static RealFault silent(boolean onKernel, Reason reason, Promised promise) {
    return new RealFault(
        reason.name(),
        onKernel,
        reason,
        promise,
        false,
        mac -> mac.silence = Reachability.valueOf(reason.name()),
        mac -> mac.silence = null);
  }

  private static RealFault health(boolean onKernel, Reason reason, String field, Object value) {
    return new RealFault(
        field + " " + value,
        onKernel,
        reason,
        Promised.INTERVAL_AND_CONFIRM,
        false,
        mac -> mac.wrong.put(field, value),
        mac -> mac.wrong.clear());
  }

  private static RealFault unreadable(boolean onKernel) {
    return new RealFault(
        "nothing says anything",
        onKernel,
        Reason.UNREADABLE,
        Promised.INTERVAL_AND_CONFIRM,
        false,
        mac -> {
          mac.rowsReadable = false;
          mac.wrong.put("realTimeProtectionEnabled", null);
          mac.wrong.put("realTimeProtectionAvailable", null);
          mac.wrong.put(
              "unavailableFields",
              List.of("realTimeProtectionEnabled", "realTimeProtectionAvailable"));
        },
        mac -> {
          mac.rowsReadable = true;
          mac.wrong.clear();
        });
  }

  private static List<RealFault> ofKexts() {
    return List.of(
        kext(
            "nobody approves",
            Reason.AWAITING_APPROVAL,
            Promised.INTERVAL,
            mac -> {
              mac.grant(false, false);
              mac.loaded = null;
            },
            mac -> mac.grant(true, true)),
        refused(Reason.RESTART_REQUIRED, Outcome.RESTART_REQUIRED, Promised.INTERVAL),
        refused(Reason.CONFLICT, Outcome.POLICY_BLOCKED, Promised.INTERVAL),
        refused(Reason.LOAD_FAILED, Outcome.BAD_SIGNATURE, Promised.INTERVAL),
        refused(Reason.LOAD_FAILED, Outcome.TIMEOUT, Promised.ALL_LOADS),
        refused(Reason.APPROVED_NOT_LOADED, Outcome.TIMEOUT, Promised.INTERVAL),
        kext(
            "the kext is removed",
            Reason.EXTENSION_MISSING,
            Promised.INTERVAL,
            mac -> {
              mac.kext = null;
              mac.loaded = null;
            },
            mac -> {
              mac.kext = 1;
              mac.loaded = 1;
            }),
        silent(true, Reason.NOT_INSTALLED, Promised.INTERVAL_AND_CONFIRM),
        health(true, Reason.PROTECTION_OFF, "realTimeProtectionEnabled", false),
        health(true, Reason.ENGINE_UNAVAILABLE, "realTimeProtectionAvailable", false));
  }

  /** The kext is unloaded, and the loader brings it back no more. */
  private static RealFault refused(Reason reason, Outcome outcome, Promised promise) {
    return kext(
        "the loader says " + outcome,
        reason,
        promise,
        mac -> {
          mac.fault = outcome;
          mac.loaded = null;
        },
        mac -> {
          mac.fault = null;
          mac.loaded = mac.kext; // by Defender itself
        });
  }

  private static RealFault kext(
      String name,
      Reason reason,
      Promised promise,
      Consumer<OrdinaryMac> begin,
      Consumer<OrdinaryMac> end) {
    return new RealFault(name, true, reason, promise, true, begin, end);
  }

  private static List<RealFault> twoAtOnce() {
    RealFault disabled = epsext(Reason.EXTENSION_DISABLED, "activated_disabled");
    RealFault waiting = epsext(Reason.AWAITING_APPROVAL, "activated_waiting_for_user");
    RealFault unlicensed = health(false, Reason.NOT_LICENSED, "licensed", false);
    RealFault stale = health(false, Reason.DEFINITIONS_STALE, "definitionsStatus", "out_of_date");
    RealFault blind =
        health(false, Reason.FULL_DISK_ACCESS_MISSING, "fullDiskAccessEnabled", false);
    return List.of(
        disabled.with(blind),
        disabled.with(silent(false, Reason.TIMEOUT, Promised.INTERVAL_AND_CONFIRM)),
        waiting.with(unlicensed),
        silent(false, Reason.NOT_INSTALLED, Promised.INTERVAL_AND_CONFIRM).with(missing()),
        health(false, Reason.DEFENDER_EXPIRED, "expiresAt", LocalDate.of(2026, 11, 1))
            .with(unlicensed),
        unlicensed.with(stale),
        health(false, Reason.PASSIVE_MODE, "passiveModeEnabled", true).with(blind),
        health(false, Reason.PROTECTION_OFF, "realTimeProtectionEnabled", false)
            .with(health(false, Reason.UNHEALTHY, "healthy", false)),
        blind.with(stale));
  }

  /** Both at once: the reason is this one's. */
  private RealFault with(RealFault other) {
    return new RealFault(
        name + " and " + other.name,
        onKernel,
        reason,
        promise,
        isOfLoader || !promise.equals(other.promise),
        begin.andThen(other.begin),
        end.andThen(other.end));
  }

  @Override
  public String toString() {
    return (onKernel ? "kext: " : "") + name;
  }
}
