package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds a degradation of Defender's health back until it is worth an event: until a second look
 * confirms it, and while Defender settles, because it restarts itself at updates and fetches
 * definitions after a boot. A change of the extension is never held.
 *
 * <p>The names of the components are those of {@code state.json}.
 *
 * @param settledAt when Defender is expected to have settled, {@code null} if it has
 * @param fallSeenAt when the degradation that is not reported yet was first seen, {@code null} for
 *     none
 * @param held whether the last status is not reported yet
 * @param installed whether Defender was installed at the last look
 * @param appVersion its last known version, {@code null} before the first
 */
public record Debounce(
    @Nullable Instant settledAt,
    @Nullable Instant fallSeenAt,
    boolean held,
    boolean installed,
    @Nullable String appVersion) {

  public static final Debounce NOTHING_SEEN = new Debounce(null, null, false, false, null);

  /**
   * After another look.
   *
   * @param lastReported the status reported last, {@code null} for none
   * @param now the status document of this look
   * @param compared the same as it is compared with {@code lastReported}, see {@link LostSight}
   * @param newBoot whether this is the first look of a boot
   * @param confirm the time between two looks at a degradation
   * @param settle how long Defender may take after a boot, its installation or an update of it
   */
  public Debounce after(
      @Nullable Status lastReported,
      Status now,
      Status compared,
      boolean newBoot,
      Duration confirm,
      Duration settle) {
    Instant at = now.observedAt();
    boolean restarted =
        newBoot
            || isFirstSight(now)
            || isUpdate(now)
            || (hasOtherVersion(lastReported, now.extension()) && isNewFall(at, settle));
    Instant settled = restarted ? at.plus(settle) : notLaterThan(at.plus(settle), settledAt);
    if (settled != null && !settled.isAfter(at)) {
      settled = null;
    }
    boolean settling = settled != null;
    boolean degraded =
        isDegradation(lastReported, now, compared.extension(), settling)
            || isDegradation(lastReported, compared, compared.extension(), settling);
    Instant seen =
        !degraded ? null : fallSeenAt == null || fallSeenAt.isAfter(at) ? at : fallSeenAt;
    String version = now.health().appVersion();
    return new Debounce(
        settled,
        seen,
        seen != null && (settling || at.isBefore(seen.plus(confirm))),
        isInstalled(now),
        version == null ? appVersion : version);
  }

  /** The same after the Mac has slept: the sleep counts for no wait. */
  public Debounce later(Duration asleep) {
    return new Debounce(
        settledAt == null ? null : settledAt.plus(asleep),
        fallSeenAt == null ? null : fallSeenAt.plus(asleep),
        held,
        installed,
        appVersion);
  }

  /**
   * Whether a status must not be reported yet.
   *
   * @param compared as it is compared with {@code lastReported}
   */
  public boolean holds(@Nullable Status lastReported, Status compared) {
    return held && isDegradation(lastReported, compared, compared.extension(), settledAt != null);
  }

  /** Whether something is held because Defender has just started. */
  public boolean isSettling() {
    return held && settledAt != null;
  }

  /** When the degradation must be looked at again, {@code null} if none is held. */
  public @Nullable Instant lookAgainAt(Duration confirm) {
    if (!held || fallSeenAt == null) {
      return null;
    }
    return settledAt != null ? settledAt : fallSeenAt.plus(confirm);
  }

  private boolean isFirstSight(Status now) {
    return !installed && isInstalled(now);
  }

  private static boolean isInstalled(Status status) {
    return status.health().reachability() != Reachability.NOT_INSTALLED;
  }

  private boolean isUpdate(Status now) {
    String version = now.health().appVersion();
    return appVersion != null && version != null && !appVersion.equals(version);
  }

  /**
   * Whether another version of the extension may begin a wait. It is another one until a change is
   * reported, which is after the wait, so it begins one wait for each fall.
   */
  private boolean isNewFall(Instant at, Duration settle) {
    return fallSeenAt == null || (settledAt == null && at.isBefore(fallSeenAt.plus(settle)));
  }

  /** While Defender restarts for an update, its extension alone may show the new version. */
  private static boolean hasOtherVersion(@Nullable Status lastReported, Extension now) {
    if (lastReported == null) {
      return false;
    }
    Extension before = lastReported.extension();
    boolean isOtherKext =
        before.version() != null
            && now.version() != null
            && !before.version().equals(now.version());
    return isOtherKext
        || now.systemExtensions().stream()
            .anyMatch(row -> before.lists(row.bundleId()) && !before.lists(row));
  }

  /** A clock that was set back must not hold anything for longer than the settings say. */
  private static @Nullable Instant notLaterThan(Instant latest, @Nullable Instant instant) {
    return instant != null && instant.isAfter(latest) ? latest : instant;
  }

  /**
   * Whether Defender's health alone got worse. Lost sight counts too, so that its wait begins at
   * once. While Defender settles, it need not answer: a risk that only cannot be seen then is not
   * over, and must not be reported as new when it is seen again.
   */
  private static boolean isDegradation(
      @Nullable Status lastReported, Status now, Extension extension, boolean settling) {
    if (!now.reason().isOfHealth()) {
      return false;
    }
    if (lastReported == null) {
      return now.verdict() != Verdict.PROTECTED;
    }
    boolean isLostRisk =
        settling
            && now.verdict() == Verdict.UNKNOWN
            && lastReported.verdict() == Verdict.AT_RISK
            && lastReported.reason().isOfHealth();
    return (isLostRisk || severity(now.verdict()) > severity(lastReported.verdict()))
        && isSameExtension(lastReported.extension(), extension);
  }

  /** Another version alone is an update of Defender, and its health may get worse meanwhile. */
  private static boolean isSameExtension(Extension before, Extension now) {
    return before.state() == now.state()
        && before.kind() == now.kind()
        && before.grant() == now.grant()
        && Objects.equals(before.loaded(), now.loaded());
  }

  private static int severity(Verdict verdict) {
    return switch (verdict) {
      case PROTECTED -> 0;
      case UNKNOWN -> 1;
      case AT_RISK -> 2;
    };
  }
}
