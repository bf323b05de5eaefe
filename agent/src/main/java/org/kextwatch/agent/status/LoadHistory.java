package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to load the kext, kept over restarts of the agent. An attempt is saved before the
 * loader runs, so that even an agent that crashes again and again makes no more attempts than the
 * settings allow. On a disk that takes nothing they are counted in memory: a Mac without protection
 * is worse than a few attempts more.
 *
 * <p>The names of the components are those of {@code state.json}.
 *
 * @param bootId the boot of {@code last} and {@code attempts}, {@code null} if not known
 * @param kextVersion the version on disk of {@code last} and {@code attempts}, {@code null} if not
 *     known
 * @param grant the last grant that could be read, {@code null} before the first
 * @param grantedSince when a grant was first seen, {@code null} while there is none
 * @param readSinceRenewal whether the grant, or that there is none, has been read since the last
 *     prompt renewal began; {@code null} if not known
 * @param begun when the last run of the loader began, whether it has ended or not
 * @param last the last run that ended, {@code null} before the first
 * @param attempts runs since the grant was given, or since a profile allows the kext, for this boot
 *     and version; 0 once the kext has stayed loaded
 * @param prompts when each prompt renewal of the last 24 hours began, oldest first
 * @param allowed whether a profile allows the kext, {@code null} if not known
 * @param loadedSince since when the kernel has listed the kext at each look, {@code null} if it
 *     does not
 */
public record LoadHistory(
    @Nullable String bootId,
    @Nullable String kextVersion,
    @Nullable Grant grant,
    @Nullable Instant grantedSince,
    @Nullable Boolean readSinceRenewal,
    @Nullable Instant begun,
    @Nullable Attempt last,
    int attempts,
    List<Instant> prompts,
    @Nullable Boolean allowed,
    @Nullable Instant loadedSince) {

  public static final LoadHistory NONE =
      new LoadHistory(null, null, null, null, null, null, null, 0, List.of(), null, null);

  /** A load that lasts this long has succeeded: the attempts before it no longer count. */
  private static final Duration LASTING = Duration.ofMinutes(10);

  private static final Duration DAY = Duration.ofDays(1);

  public LoadHistory {
    prompts = List.copyOf(prompts);
    attempts = Math.max(0, attempts); // less is damage
  }

  /**
   * After a look: an attempt is evidence only for its boot, its kext version and its grant. What
   * this look could not read stays as it was.
   */
  public LoadHistory seen(
      Instant now, @Nullable String boot, @Nullable String version, Grant seenGrant) {
    boolean otherMac = differs(bootId, boot) || differs(kextVersion, version);
    Grant known = seenGrant == Grant.UNREADABLE ? grant : seenGrant;
    boolean isGiven = Grant.isGiven(known);
    boolean otherGrant = isGiven != Grant.isGiven(grant) || (isGiven && known != grant);
    boolean isVoid = otherMac || otherGrant;
    return new LoadHistory(
        boot == null ? bootId : boot,
        version == null ? kextVersion : version,
        known,
        !isGiven ? null : otherGrant ? now : grantedSince,
        seenGrant == Grant.UNREADABLE ? readSinceRenewal : Boolean.TRUE,
        otherMac ? null : begun,
        isVoid || last == null ? null : last.at(notAfter(last.at(), now)),
        isVoid ? 0 : attempts,
        prompts.stream().map(at -> notAfter(at, now)).toList(),
        allowed,
        otherMac ? null : loadedSince);
  }

  /**
   * What began later than now began before the clock was set back: just before now, so that a run
   * that begins now is another one.
   */
  private static Instant notAfter(Instant at, Instant now) {
    return at.isAfter(now) ? now.minusMillis(1) : at;
  }

  /**
   * After a look at the profiles. Without a grant, the attempts are made for what a profile allows,
   * and count from the moment it does.
   *
   * @param nowAllowed {@code null} if not known: nothing changes then
   */
  public LoadHistory allowing(@Nullable Boolean nowAllowed) {
    return nowAllowed == null || nowAllowed.equals(allowed)
        ? this
        : with(begun, last, Grant.isGiven(grant) ? attempts : 0, prompts, nowAllowed, loadedSince);
  }

  /**
   * After a look at the kernel's list. Loads that do not last use the attempts up; one that lasts
   * gives all of them back.
   *
   * @param loaded {@code null} if the list cannot be read: nothing changes then
   */
  public LoadHistory listing(Instant now, @Nullable Boolean loaded) {
    if (loaded == null) {
      return this;
    }
    Instant known = loadedSince == null || loadedSince.isAfter(now) ? now : loadedSince;
    Instant since = loaded ? known : null;
    boolean lasts = since != null && !since.plus(LASTING).isAfter(now);
    return with(begun, last, lasts ? 0 : attempts, prompts, allowed, since);
  }

  /**
   * Whether the kext counts as approved. While the database cannot be read, the last grant holds if
   * an attempt was made for it, or if it was read again after an attempt: a renewal that is refused
   * is news of a grant that was taken back, until the grant has been read once more.
   *
   * @param now what the database says now
   */
  public boolean isApproved(Grant now) {
    return Grant.isGiven(now)
        || (now == Grant.UNREADABLE
            && Grant.isGiven(grant)
            && (attempts > 0 || (last != null && Boolean.TRUE.equals(readSinceRenewal))));
  }

  /** Whether the kernel has listed the kext since the last attempt: that attempt is over then. */
  public boolean hasLoadedSinceLast() {
    return last != null && loadedSince != null && !last.at().isAfter(loadedSince);
  }

  /** When the loader is about to run. */
  public LoadHistory beginning(Instant now, Trigger trigger) {
    List<Instant> recent =
        prompts.stream().filter(at -> at.isAfter(now.minus(DAY)) && !at.isAfter(now)).toList();
    boolean isRenewal = trigger == Trigger.PROMPT_RENEWAL;
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        isRenewal ? Boolean.FALSE : readSinceRenewal,
        now,
        last,
        isRenewal ? attempts : attempts + 1,
        isRenewal ? Stream.concat(recent.stream(), Stream.of(now)).toList() : recent,
        allowed,
        loadedSince);
  }

  /** When the loader has run. */
  public LoadHistory ended(Attempt attempt) {
    return with(begun, attempt, attempts, prompts, allowed, loadedSince);
  }

  private static boolean differs(@Nullable String known, @Nullable String seen) {
    return known != null && seen != null && !known.equals(seen);
  }

  private LoadHistory with(
      @Nullable Instant newBegun,
      @Nullable Attempt newLast,
      int newAttempts,
      List<Instant> newPrompts,
      @Nullable Boolean newAllowed,
      @Nullable Instant newLoadedSince) {
    return new LoadHistory(
        bootId,
        kextVersion,
        grant,
        grantedSince,
        readSinceRenewal,
        newBegun,
        newLast,
        newAttempts,
        newPrompts,
        newAllowed,
        newLoadedSince);
  }
}
