package org.kextwatch.agent.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;

/**
 * What is believed of the files of settings. Pure.
 *
 * @param reading what is in force, with what is to be said of the files as they are now
 * @param lastGood what is remembered of them
 * @param goneSince when known managed preferences were first missed, {@code null} if they are there
 *     or nothing is known of them
 */
public record EffectiveSettings(
    ResolvedSettings reading, LastGood lastGood, @Nullable Moment goneSince) {
  /** Managed preferences have been seen to vanish for minutes (Santa, SNTSyncdQueue). */
  public static final Duration PATIENCE = Duration.ofMinutes(10);

  /** At a first look. */
  public static EffectiveSettings of(
      SettingsFile managed, SettingsFile local, LastGood lastGood, Moment now) {
    return of(managed, local, lastGood, null, now);
  }

  /** After another look. */
  public EffectiveSettings after(SettingsFile managed, SettingsFile local, Moment now) {
    return of(managed, local, lastGood, goneSince, now);
  }

  private static EffectiveSettings of(
      SettingsFile managed,
      SettingsFile local,
      LastGood lastGood,
      @Nullable Moment goneSince,
      Moment now) {
    SettingsFile known = lastGood.managed();
    Moment gone = null;
    ResolvedFile fromManaged = ResolvedFile.of(managed, known);
    SettingsFile remembered = managed.lastGood(known);
    if (!managed.isThere() && known != null) {
      gone = goneSince == null ? now : goneSince;
      if (awake(gone, now).compareTo(PATIENCE) < 0) {
        fromManaged = ResolvedFile.ofMissed(managed, known);
        remembered = known;
      } else {
        gone = null;
      }
    }
    return new EffectiveSettings(
        ResolvedSettings.of(fromManaged, ResolvedFile.of(local, lastGood.local())),
        new LastGood(lastGood.hardwareUuid(), remembered, local.lastGood(lastGood.local())),
        gone);
  }

  /** Whether time alone, or what stat does not show, may change it. */
  public boolean isUnsettled() {
    return goneSince != null || reading.isRefused();
  }

  /** By the clock that nobody sets, and that stands still while the Mac sleeps. */
  private static Duration awake(Moment since, Moment now) {
    return Duration.ofNanos(now.nanos() - since.nanos());
  }
}
