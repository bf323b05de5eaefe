package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a fall is told yet. One on health alone is looked at twice before it is told, and held
 * while Defender settles: it restarts itself at updates and fetches definitions after boot. What
 * the extension says is never held.
 *
 * @param settledAt when Defender is expected to have settled, {@code null} if it has
 * @param fallSeenAt when the fall that is not told yet was first seen, {@code null} for none
 * @param held whether the last status is not to be told yet
 * @param installed whether Defender was there at the last look
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
   * @param told the status told last, {@code null} for none
   * @param now what the document says
   * @param compared the same as it is compared with what was told
   * @param newBoot whether this is the first look of a boot
   * @param confirm between two looks at a fall
   * @param settle after boot, first sight of Defender, or an update of it
   */
  public Debounce after(
      @Nullable Status told,
      Status now,
      Status compared,
      boolean newBoot,
      Duration confirm,
      Duration settle) {
    Instant at = now.observedAt();
    boolean restarted =
        newBoot || isFirstSight(now) || isUpdate(now) || isOtherVersion(told, now.extension());
    Instant settled = restarted ? at.plus(settle) : notLaterThan(at.plus(settle), settledAt);
    if (settled != null && !settled.isAfter(at)) {
      settled = null;
    }
    boolean fall = isFall(told, now, compared.extension()) || isFall(told, compared);
    Instant seen = !fall ? null : fallSeenAt == null || fallSeenAt.isAfter(at) ? at : fallSeenAt;
    String version = now.health().appVersion();
    return new Debounce(
        settled,
        seen,
        seen != null && (settled != null || at.isBefore(seen.plus(confirm))),
        isInstalled(now),
        version == null ? appVersion : version);
  }

  /** The same after a time in which nobody could look, as after a sleep of the Mac. */
  public Debounce later(Duration unlived) {
    return new Debounce(
        settledAt == null ? null : settledAt.plus(unlived),
        fallSeenAt == null ? null : fallSeenAt.plus(unlived),
        held,
        installed,
        appVersion);
  }

  /** Whether a status, as it is compared with what was told, is not to be told yet. */
  public boolean holds(@Nullable Status told, Status compared) {
    return held && isFall(told, compared);
  }

  /** Whether something is held because Defender has just started. */
  public boolean isSettling() {
    return held && settledAt != null;
  }

  /** When the fall is to be looked at again, {@code null} if none is held. */
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

  /** While Defender restarts for its update, its extension alone may tell that it is another. */
  private static boolean isOtherVersion(@Nullable Status told, Extension now) {
    if (told == null) {
      return false;
    }
    Extension before = told.extension();
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

  private static boolean isFall(@Nullable Status told, Status now) {
    return isFall(told, now, now.extension());
  }

  /** A fall of health alone; one that only sight was lost for is one too, and its clock runs. */
  private static boolean isFall(@Nullable Status told, Status now, Extension extension) {
    Verdict before = told == null ? Verdict.PROTECTED : told.verdict();
    return severity(now.verdict()) > severity(before)
        && now.reason().isOfHealth()
        && (told == null || sameExtension(told.extension(), extension));
  }

  /** Another version alone is an update of Defender, and its health may fall meanwhile. */
  private static boolean sameExtension(Extension told, Extension now) {
    return told.state() == now.state()
        && told.kind() == now.kind()
        && told.grant() == now.grant()
        && Objects.equals(told.loaded(), now.loaded());
  }

  private static int severity(Verdict verdict) {
    return switch (verdict) {
      case PROTECTED -> 0;
      case UNKNOWN -> 1;
      case AT_RISK -> 2;
    };
  }
}
