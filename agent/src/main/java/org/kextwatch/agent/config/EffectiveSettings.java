package org.kextwatch.agent.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;

/**
 * The settings in force, and what must be remembered to follow the files over time. Pure.
 *
 * @param lastGood the values to remember for a later look or start
 * @param missingSince when known managed preferences were first found missing, {@code null} while
 *     they are there or none are known
 */
public record EffectiveSettings(
    ResolvedSettings resolved, LastGood lastGood, @Nullable Moment missingSince) {
  /**
   * How long managed preferences may be missing before they count as removed. They have been seen
   * to vanish for minutes (Santa, SNTSyncdQueue).
   */
  public static final Duration GRACE_PERIOD = Duration.ofMinutes(10);

  /** At the first look. */
  public static EffectiveSettings of(
      SettingsFile managed, SettingsFile local, LastGood lastGood, Moment now) {
    return of(managed, local, lastGood, null, now);
  }

  /** At a later look. */
  public EffectiveSettings after(SettingsFile managed, SettingsFile local, Moment now) {
    return of(managed, local, lastGood, missingSince, now);
  }

  private static EffectiveSettings of(
      SettingsFile managed,
      SettingsFile local,
      LastGood lastGood,
      @Nullable Moment missingSince,
      Moment now) {
    SettingsFile known = lastGood.managed();
    Moment since = null;
    ResolvedFile fromManaged = ResolvedFile.of(managed, known);
    SettingsFile remembered = managed.lastGood(known);
    if (!managed.isThere() && known != null) {
      Moment first = missingSince == null ? now : missingSince;
      if (awake(first, now).compareTo(GRACE_PERIOD) < 0) {
        since = first;
        fromManaged = ResolvedFile.ofMissing(managed, known);
        remembered = known;
      }
    }
    return new EffectiveSettings(
        ResolvedSettings.of(fromManaged, ResolvedFile.of(local, lastGood.local())),
        new LastGood(lastGood.hardwareUuid(), remembered, local.lastGood(lastGood.local())),
        since);
  }

  /** Whether the files must be read again even if stat shows no change. */
  public boolean isProvisional() {
    return missingSince != null || resolved.isRefused();
  }

  /** By the monotonic clock, which stands still while the Mac sleeps. */
  private static Duration awake(Moment since, Moment now) {
    return Duration.ofNanos(now.nanos() - since.nanos());
  }
}
