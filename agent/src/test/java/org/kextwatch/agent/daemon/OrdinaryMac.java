package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.kextwatch.agent.Records;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.SystemExtension;

/** A Mac that is protected until something is really wrong, whatever its tools say meanwhile. */
final class OrdinaryMac extends ModelMac {
  private static final String OLD = "terminated_waiting_to_uninstall_on_reboot";

  private final Random random;
  private final boolean isKernel;

  /** What is really wrong with Defender, by the names of its health. */
  final Map<String, Object> wrong = new LinkedHashMap<>();

  /** What Defender says for a moment, because it starts or wakes. */
  final Map<String, Object> passing = new LinkedHashMap<>();

  /** What keeps Defender from answering, {@code null} for nothing, for a moment or for good. */
  Reachability passingSilence;

  Reachability silence;
  String epsextState = "activated_enabled";
  String netextState = "activated_enabled";
  boolean hasRows = true;

  /** The row of a version that is being exchanged, {@code null} for none. */
  String oldRow;

  String newRow;
  Duration slowness = Duration.ZERO;
  private Duration definitionsAt = Duration.ZERO;

  OrdinaryMac(Random random, boolean kernel) {
    super(random);
    this.random = random;
    this.isKernel = kernel;
    if (kernel) {
      macOs = new MacVersion(10, 14, "10.14.6", "18G9323");
      profile = true;
      allowed = random.nextBoolean();
      loaded = kext;
    } else {
      int major = random.nextInt(4) == 0 ? 26 : 13 + random.nextInt(3);
      macOs = new MacVersion(major, 4, major + ".4", "25E100");
      kext = null;
      epsext = epsextState;
    }
  }

  boolean isKernel() {
    return isKernel;
  }

  /** Whether something keeps the tools from telling the truth just now. */
  boolean isInTrouble() {
    return passingSilence != null
        || !passing.isEmpty()
        || !(databaseReadable && listReadable && rowsReadable && bootReadable);
  }

  void updateDefinitions() {
    definitionsAt = lived;
  }

  @Override
  List<SystemExtension> rows() {
    if (isKernel || !hasRows) {
      return List.of();
    }
    return Stream.of(
            row("com.microsoft.wdav.epsext", 0, epsextState),
            row("com.microsoft.wdav.netext", 0, netextState),
            row("com.microsoft.wdav.epsext", -1, oldRow),
            row("com.microsoft.wdav.epsext", 1, newRow))
        .filter(row -> row.state() != null)
        .toList();
  }

  private SystemExtension row(String bundle, int version, String state) {
    return new SystemExtension(bundle, "101." + (appVersion + version), state);
  }

  /** The old version has made way for the new one, but for its row. */
  void exchange() {
    newRow = null;
    oldRow = OLD;
  }

  @Override
  Health health() {
    pass(slowness);
    Reachability none = silence == null ? passingSilence : silence;
    if (none != null) {
      return Health.unreachable(none, null);
    }
    epsext = !isKernel && hasRows ? epsextState : null;
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("healthy", true);
    all.put("fullDiskAccessEnabled", true);
    all.put("realTimeProtectionAvailable", works());
    all.put("definitionsAgeMinutes", lived.minus(definitionsAt).toMinutes());
    all.putAll(passing);
    all.putAll(wrong);
    return Records.with(super.health(), all);
  }

  private boolean works() {
    return isKernel ? loaded != null : hasRows && epsextState.equals("activated_enabled");
  }

  /** After a start: macOS loads an approved kext by itself. */
  @Override
  void restart() {
    boot++;
    loaded = isGranted() && fault == null ? kext : null;
    oldRow = null;
    if (newRow != null) {
      appVersion++;
      newRow = null;
    }
    pass(Duration.ofSeconds(30 + random.nextInt(90)));
  }
}
