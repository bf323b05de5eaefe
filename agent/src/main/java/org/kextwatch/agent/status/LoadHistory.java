package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What has been tried to load the kext, kept over restarts of the agent. It is written before the
 * loader runs, so that not even a crash loop can try more often than the settings allow.
 *
 * @param bootId the boot that {@code last} and {@code attempts} belong to, {@code null} if not
 *     known
 * @param kextVersion the version on disk that they belong to, {@code null} if not known
 * @param grant the last grant that could be read, {@code null} before the first
 * @param grantedSince when a grant was first seen, {@code null} while there is none
 * @param begun when the last run of the loader began, ended or not
 * @param last the last run that ended, {@code null} before the first
 * @param attempts runs since the grant, or since a profile allows the kext, for this boot and
 *     version; none once the kext has stayed loaded
 * @param prompts begin of each renewal in the last 24 hours, oldest first
 * @param allowed whether a profile allows the kext, as far as could be told
 * @param loadedSince since when the kernel has listed the kext at each look, {@code null} if it
 *     does not
 */
public record LoadHistory(
    @Nullable String bootId,
    @Nullable String kextVersion,
    @Nullable Grant grant,
    @Nullable Instant grantedSince,
    @Nullable Instant begun,
    @Nullable Attempt last,
    int attempts,
    List<Instant> prompts,
    @Nullable Boolean allowed,
    @Nullable Instant loadedSince) {

  public static final LoadHistory NONE =
      new LoadHistory(null, null, null, null, null, null, 0, List.of(), null, null);

  /** A kext that stays loaded so long was loaded well: its attempts count no more. */
  private static final Duration LASTING = Duration.ofMinutes(10);

  private static final Duration DAY = Duration.ofDays(1);

  public LoadHistory {
    prompts = List.copyOf(prompts);
  }

  /**
   * The history as it counts now: an attempt is evidence only for its boot, its kext version and
   * its grant. What could not be read this time is no news.
   */
  public LoadHistory seen(
      Instant now, @Nullable String boot, @Nullable String version, Grant seenGrant) {
    boolean otherMac = differs(bootId, boot) || differs(kextVersion, version);
    Grant known = seenGrant == Grant.UNREADABLE ? grant : seenGrant;
    boolean isGiven = known != null && known.isGiven();
    boolean wasGiven = grant != null && grant.isGiven();
    boolean otherGrant = isGiven != wasGiven || (isGiven && known != grant);
    boolean isVoid = otherMac || otherGrant;
    return new LoadHistory(
        boot == null ? bootId : boot,
        version == null ? kextVersion : version,
        known,
        !isGiven ? null : otherGrant ? now : grantedSince,
        otherMac ? null : begun,
        isVoid ? null : last,
        isVoid ? 0 : attempts,
        prompts.stream().map(at -> at.isAfter(now) ? now : at).toList(), // the clock was set back
        allowed,
        otherMac ? null : loadedSince);
  }

  /**
   * The history once it is known whether a profile allows the kext. Where nobody has approved, the
   * attempts are made for that allowance, and count from when it comes.
   *
   * @param nowAllowed {@code null} if it cannot be told, which is no news
   */
  public LoadHistory allowing(@Nullable Boolean nowAllowed) {
    if (nowAllowed == null || nowAllowed.equals(allowed)) {
      return this;
    }
    boolean isGiven = grant != null && grant.isGiven();
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        begun,
        last,
        isGiven ? attempts : 0,
        prompts,
        nowAllowed,
        loadedSince);
  }

  /**
   * The history once the kernel's list is known. Loads that do not last use the attempts up, and
   * one that lasts gives all of them back.
   *
   * @param loaded {@code null} if the list cannot be read, which is no news
   */
  public LoadHistory listing(Instant now, @Nullable Boolean loaded) {
    if (loaded == null) {
      return this;
    }
    Instant known = loadedSince == null || loadedSince.isAfter(now) ? now : loadedSince;
    Instant since = loaded ? known : null;
    boolean lasts = since != null && !since.plus(LASTING).isAfter(now);
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        begun,
        last,
        lasts ? 0 : attempts,
        prompts,
        allowed,
        since);
  }

  /** Whether the last attempt that counts was made for a grant, and not to renew the prompt. */
  public boolean hasTriedForGrant() {
    return grant != null && grant.isGiven() && last != null && !prompts.contains(last.at());
  }

  /** Whether the kernel has listed the kext since the last attempt: then that attempt is over. */
  public boolean hasLoadedSinceLast() {
    return last != null && loadedSince != null && !last.at().isAfter(loadedSince);
  }

  private static boolean differs(@Nullable String known, @Nullable String seen) {
    return known != null && seen != null && !known.equals(seen);
  }

  /** The loader is about to run. */
  public LoadHistory beginning(Instant now, Trigger trigger) {
    List<Instant> recent =
        prompts.stream().filter(at -> at.isAfter(now.minus(DAY)) && !at.isAfter(now)).toList();
    boolean renewal = trigger == Trigger.PROMPT_RENEWAL;
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        now,
        last,
        renewal ? attempts : attempts + 1,
        renewal ? Stream.concat(recent.stream(), Stream.of(now)).toList() : recent,
        allowed,
        loadedSince);
  }

  /** The loader has run. */
  public LoadHistory ended(Attempt attempt) {
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        begun,
        attempt,
        attempts,
        prompts,
        allowed,
        loadedSince);
  }
}
