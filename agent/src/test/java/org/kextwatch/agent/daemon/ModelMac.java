package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.kextwatch.agent.approval.ModelSight;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.SystemExtension;

/**
 * A Mac in memory, as far as the loading of Defender's extension goes: what is true of it, and what
 * its tools say of that, which is less when they fail.
 */
class ModelMac {
  private static final Duration BUTTON = Duration.ofMinutes(30);

  private final Random random;

  Instant wall = Instant.parse("2026-11-23T12:00:00Z");
  long nanos = 1_000;
  Duration lived = Duration.ZERO;

  ZoneId zone = ZoneId.of("Europe/Berlin");

  MacVersion macOs;
  int boot = 1;
  Integer kext = 1;
  Integer loaded;
  boolean allowed;
  boolean listed;
  boolean profile;
  boolean shut;
  boolean console = true;
  boolean macOsLoadsOnAllow;
  String epsext;

  Reachability defender = Reachability.OK;
  boolean protection = true;
  int appVersion = 1;
  boolean databaseReadable = true;
  boolean listReadable = true;
  boolean rowsReadable = true;
  boolean bootReadable = true;
  Outcome fault;

  int grants;
  int databaseStamp;
  private Duration blockedAt;
  private int blockedBoot;
  private boolean loading;

  ModelMac(Random random) {
    this.random = random;
    boolean catalina = random.nextInt(3) == 0;
    this.macOs =
        catalina
            ? new MacVersion(10, 15, "10.15.7", "19H15")
            : new MacVersion(10, 14, "10.14.6", "18G9323");
    this.macOsLoadsOnAllow = random.nextBoolean();
  }

  Moment now() {
    return new Moment(wall, nanos);
  }

  void pass(Duration time) {
    nanos += time.toNanos();
    sleep(time);
  }

  void sleep(Duration time) {
    wall = wall.plus(time);
    lived = lived.plus(time);
  }

  /** Whether Defender has moved on to system extensions here. */
  boolean usesSystemExtensions() {
    return macOs.isBigSurOrLater() || epsext != null;
  }

  Grant grant() {
    if (allowed) {
      return profile ? Grant.USER_AND_MDM : Grant.USER;
    }
    return profile ? Grant.MDM : listed ? Grant.LISTED_NOT_ALLOWED : Grant.NONE;
  }

  boolean isGranted() {
    return allowed || profile;
  }

  /** Changes who has approved; one Allow or profile is one grant. */
  void grant(boolean byUser, boolean byMdm) {
    Grant before = grant();
    allowed = byUser;
    profile = byMdm;
    grants += before == grant() ? 0 : 1;
    databaseStamp++;
  }

  /** Somebody looks for the Allow button, which is only there for a while after a blocked load. */
  void allow() {
    boolean button =
        blockedAt != null
            && blockedBoot == boot
            && lived.minus(BUTTON).compareTo(blockedAt) < 0
            && console
            && !shut;
    if (button) {
      grant(true, profile);
      if (macOsLoadsOnAllow) {
        loadByItself();
      }
    }
  }

  void loadByItself() {
    if (isGranted() && kext != null && !usesSystemExtensions() && loaded == null) {
      loaded = kext;
    }
  }

  void restart() {
    boot++;
    loaded = null;
    pass(Duration.ofSeconds(40));
    if (random.nextBoolean()) {
      loadByItself();
    }
  }

  Health health() {
    if (defender != Reachability.OK) {
      return Health.unreachable(defender, null);
    }
    boolean works = usesSystemExtensions() ? "activated_enabled".equals(epsext) : loaded != null;
    return new Health(
        Reachability.OK,
        works && protection,
        true,
        protection,
        works,
        usesSystemExtensions() ? "endpoint_security_extension" : null,
        false,
        null,
        List.of(),
        "101." + appVersion,
        null,
        null,
        null,
        null,
        null,
        "up_to_date",
        12L,
        List.of(),
        List.of(),
        0,
        null);
  }

  KernelEntry listed() {
    if (!listReadable) {
      return KernelEntry.UNKNOWN;
    }
    return loaded == null ? KernelEntry.NOT_LOADED : new KernelEntry(true, String.valueOf(loaded));
  }

  /** What the system says of Defender's system extensions, if it says anything. */
  List<SystemExtension> rows() {
    return epsext == null
        ? List.of()
        : List.of(new SystemExtension("com.microsoft.wdav.epsext", "1", epsext));
  }

  String bootId() {
    return bootReadable ? "boot-" + boot : null;
  }

  ModelSight sight() {
    boolean hasRows = macOs.isBigSurOrLater() || macOs.minor() >= 15;
    return new ModelSight(
        macOs,
        bootId(),
        kext == null ? null : String.valueOf(kext),
        listed(),
        databaseReadable ? grant() : Grant.UNREADABLE,
        !shut,
        hasRows && rowsReadable ? rows() : null);
  }

  /** Runs kextutil, while which things may happen. */
  Attempt kextutil(Instant at, Runnable meanwhile) {
    if (loading) {
      throw new AssertionError("two loaders at once");
    }
    loading = true;
    boolean granted = isGranted();
    pass(Duration.ofMillis(200));
    meanwhile.run();
    loading = false;
    if (fault != null) {
      return new Attempt(at, fault, 1, "");
    }
    if (kext == null) {
      return new Attempt(at, Outcome.NOT_FOUND, 66, "");
    }
    if (!granted) {
      blockedAt = lived;
      blockedBoot = boot;
      return new Attempt(at, Outcome.POLICY_BLOCKED, 27, "");
    }
    loaded = loaded == null ? kext : loaded;
    return new Attempt(
        at, listReadable ? Outcome.LOADED : Outcome.FAILED, listReadable ? 0 : 1, "");
  }

  void heal() {
    defender = Reachability.OK;
    protection = true;
    databaseReadable = true;
    listReadable = true;
    rowsReadable = true;
    bootReadable = true;
    fault = null;
  }

  @Override
  public String toString() {
    return "%s boot %d kext %s loaded %s grant %s shut %s eps %s defender %s db %s list %s fault %s"
        .formatted(
            macOs.text(),
            boot,
            kext,
            loaded,
            grant(),
            shut,
            epsext,
            defender,
            databaseReadable,
            listReadable,
            fault);
  }
}
