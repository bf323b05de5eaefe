package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.LogLevel;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.config.SettingsReading;
import org.kextwatch.agent.config.SettingsSource;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.tinylog.Logger;

/** The settings in force: read again whenever a file of them changes. For one thread. */
final class LiveSettings {
  /** A Mac that is a folder is somebody's test. */
  private static final Duration SIMULATED_TICK = Duration.ofSeconds(1);

  private final SettingsReader reader;
  private final Duration tick;
  private final LogLevel logLevel;

  private Object fingerprint;
  private Belief belief;

  LiveSettings(SystemRoot root, Moment now) {
    this.reader = new SettingsReader(root);
    this.tick = root.isThisMac() ? Schedule.TICK : SIMULATED_TICK;
    this.fingerprint = reader.fingerprint();
    this.belief = Belief.NOTHING.after(reader.managed(), reader.local(), now);
    this.logLevel = inForce().logLevel();
  }

  Settings inForce() {
    return belief.reading().settings();
  }

  /** What is to be said of them, in the status. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>(belief.reading().problems());
    warnings.addAll(belief.reading().warnings());
    if (inForce().logLevel() != logLevel) {
      warnings.add("The new logLevel counts from the next start of the daemon.");
    }
    return warnings;
  }

  /** How often the files are looked at. */
  Duration tick() {
    return tick;
  }

  /** Looks at the files, and reads them if there may be news. Whether anything is different. */
  boolean refresh(Moment now) {
    Object seen = reader.fingerprint();
    if (seen.equals(fingerprint) && !belief.isUnsettled()) {
      return false;
    }
    fingerprint = seen;
    Belief before = belief;
    belief = before.after(reader.managed(), reader.local(), now);
    return tell(before.reading(), belief.reading());
  }

  private static boolean tell(SettingsReading before, SettingsReading after) {
    if (after.equals(before)) {
      return false;
    }
    if (after.isRefused()) {
      Logger.warn("Settings are refused, the last good ones stay: {}", after.problems());
    } else {
      Logger.info("The settings have changed: {} {}", after.changesSince(before), after.warnings());
    }
    return true;
  }

  /**
   * What is believed of the files. Pure.
   *
   * @param reading what is in force, with what is to be said of the files as they are now
   * @param lastGood what was in force when no file was refused, {@code null} if that never was
   * @param lastManaged the managed preferences as they were last good, {@code null} if there are
   *     none to believe in
   * @param goneSince when they were first missed, {@code null} if they are there
   */
  record Belief(
      SettingsReading reading,
      @Nullable SettingsReading lastGood,
      @Nullable SettingsSource lastManaged,
      @Nullable Moment goneSince) {

    /** Managed preferences have been seen to vanish for minutes (Santa, SNTSyncdQueue). */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    static final Belief NOTHING =
        new Belief(
            new SettingsReading(
                Settings.defaults(), Map.of(), Map.of(), List.of(), List.of(), List.of()),
            null,
            null,
            null);

    /**
     * After another look. A refused file, whichever it is, leaves everything as it was last good;
     * if nothing was yet, the other file is followed.
     */
    Belief after(SettingsSource managed, SettingsSource local, Moment now) {
      Moment gone = null;
      SettingsSource believed = managed;
      SettingsSource remembered = managed.problems().isEmpty() ? managed : lastManaged;
      if (!managed.isThere()) {
        gone = lastManaged == null || goneSince == null ? now : goneSince;
        boolean patient = lastManaged != null && awake(gone, now).compareTo(PATIENCE) < 0;
        remembered = patient ? lastManaged : null;
        believed = remembered == null ? managed : remembered.stillBelieved();
      }
      SettingsReading fresh = SettingsReading.of(believed, local);
      Moment since = remembered == null ? null : gone;
      if (!fresh.isRefused()) {
        return new Belief(fresh, fresh, remembered, since);
      }
      SettingsReading still = lastGood == null ? fresh : lastGood.inSpiteOf(fresh);
      return new Belief(still, lastGood, remembered, since);
    }

    /** Whether time alone, or what stat does not show, may change it. */
    boolean isUnsettled() {
      return goneSince != null || reading.isRefused();
    }

    /** By the clock that nobody sets, and that stands still while the Mac sleeps. */
    private static Duration awake(Moment since, Moment now) {
      return Duration.ofNanos(now.nanos() - since.nanos());
    }
  }
}
