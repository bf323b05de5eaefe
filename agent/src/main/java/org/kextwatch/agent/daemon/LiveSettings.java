package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.EffectiveSettings;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.LastGood;
import org.kextwatch.agent.config.LastGoodFile;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.LogLevel;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ThrottledLog;
import org.tinylog.Logger;

/**
 * The settings in force: read again whenever a file of them changes, and kept on disk as they were
 * last good. For one thread.
 */
final class LiveSettings {
  private final SettingsReader reader;
  private final LastGoodFile file;
  private final ThrottledLog complaint = new ThrottledLog("Keeping the last good settings");
  private final LogLevel logLevel;

  private Object fingerprint;
  private EffectiveSettings effective;
  private boolean isKeeper;

  LiveSettings(SystemRoot root, Moment now) {
    this.reader = new SettingsReader(root);
    this.file = new LastGoodFile(root, new Disk());
    this.fingerprint = reader.fingerprint();
    this.effective = EffectiveSettings.of(reader.managed(), reader.local(), lastGood(), now);
    this.logLevel = inForce().get(Keys.LOG_LEVEL);
  }

  private LastGood lastGood() {
    try {
      return file.read();
    } catch (IOException e) {
      Logger.warn("The last good settings cannot be read and are ignored: {}", e.getMessage());
      return LastGood.NONE;
    }
  }

  /**
   * From now on, good values are saved on disk. The caller holds the lock.
   *
   * @param hardwareUuid of this Mac, because values of another Mac do not count; {@code null} if it
   *     is not known
   */
  void keepOn(@Nullable String hardwareUuid, Moment now) {
    isKeeper = true;
    LastGood here = effective.lastGood().onHardware(hardwareUuid);
    effective = EffectiveSettings.of(reader.managed(), reader.local(), here, now);
    keep(now);
  }

  private void keep(Moment now) {
    if (!isKeeper) {
      return;
    }
    try {
      file.save(effective.lastGood());
      complaint.worked().ifPresent(Logger::info);
    } catch (IOException e) {
      complaint.failed(e.toString(), now).ifPresent(Logger::warn);
    }
  }

  Settings inForce() {
    return effective.resolved().settings();
  }

  /** Whether the loader may run: without any settings the agent only watches. */
  boolean mayAct() {
    return effective.resolved().isConfigured();
  }

  /** Problems and warnings of the settings, for the status. */
  List<String> warnings() {
    ResolvedSettings reading = effective.resolved();
    List<String> warnings = new ArrayList<>(reading.problems());
    warnings.addAll(reading.warnings());
    if (reading.isConfigured() && !inForce().hasEndpoint()) {
      warnings.add("No endpoint is set, so no events are sent: set endpoint or endpointFile.");
    }
    if (inForce().get(Keys.LOG_LEVEL) != logLevel) {
      warnings.add("The new logLevel counts from the next start of the daemon.");
    }
    return warnings;
  }

  /** Reads the files again if they may have changed, and returns whether the settings differ. */
  boolean refresh(Moment now) {
    Object seen = reader.fingerprint();
    if (seen.equals(fingerprint) && !effective.isProvisional()) {
      keep(now); // a save that failed is tried again
      return false;
    }
    fingerprint = seen;
    EffectiveSettings before = effective;
    effective = before.after(reader.managed(), reader.local(), now);
    keep(now);
    return tell(before.resolved(), effective.resolved());
  }

  private static boolean tell(ResolvedSettings before, ResolvedSettings after) {
    if (after.equals(before)) {
      return false;
    }
    if (after.isRefused()) {
      Logger.warn(
          "Settings are refused, the last good ones stay, or safe ones: {} {}",
          after.problems(),
          after.warnings());
    } else {
      Logger.info("The settings have changed: {} {}", after.changesSince(before), after.warnings());
    }
    return true;
  }
}
