package org.kextwatch.agent.daemon;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.mac.Moment;

/**
 * When the daemon looks next: by the schedule, or because a file has changed. Pure.
 *
 * @param checkedAt when it was last checked what is due; a jump since then is a sleep of the Mac
 * @param extensionFiles stamp of the files of system extensions and policies when the last look
 *     began, {@code null} before the first look
 * @param awaitedDatabase stamp of the approval database when the last look began, {@code null}
 *     while no approval is awaited
 * @param splay spreads the looks of a fleet
 * @param isOfFleet whether the whole fleet may make the next full look at the same time
 */
record Plan(
    Schedule schedule,
    Moment checkedAt,
    @Nullable Object extensionFiles,
    @Nullable Object awaitedDatabase,
    Splay splay,
    boolean isOfFleet) {

  /** While approval is awaited, the stamp of the database is compared this often. */
  private static final Duration DATABASE_TICK = Duration.ofSeconds(1);

  /** A full look is due at once. */
  static Plan starting(Moment now, Splay splay) {
    return new Plan(Schedule.atOnce(now), now, null, null, splay, true);
  }

  /** Checks what has become due by now. Stamps are hints only: a full look reads everything. */
  Plan check(Moment now, Stamps stamps) {
    Schedule awake = schedule.awake(checkedAt, now);
    boolean isChanged = !stamps.extensionFiles().equals(extensionFiles);
    return new Plan(
        isChanged || isApprovalNews(stamps.database()) ? awake.approvalAt(now) : awake,
        now,
        extensionFiles,
        awaitedDatabase,
        splay,
        isOfFleet || now.isAwakenedSince(checkedAt));
  }

  /** What to look at now, {@code null} for nothing. */
  @Nullable Scope due() {
    return schedule.due(checkedAt);
  }

  /** A full look is due at once, for example because settings have changed. */
  Plan fullLookAt(Moment now) {
    return new Plan(schedule.fullAt(now), checkedAt, extensionFiles, awaitedDatabase, splay, true);
  }

  /**
   * After a cycle. If the whole fleet may have looked now, the next full look comes sooner: the
   * looks of a fleet that started or woke together would stay together, and so would its news.
   *
   * @param before the stamps from before the cycle
   */
  Plan after(Scope look, Stamps before, Cycle.CycleResult result, Moment now) {
    Schedule next = schedule.after(look, now, result);
    Moment spread = now.plus(splay.phase(result.interval()));
    boolean mustSpread = isOfFleet && look == Scope.FULL;
    boolean isSooner = mustSpread && spread.wall().isBefore(next.full().wall());
    return new Plan(
        isSooner ? next.fullAt(spread) : next,
        checkedAt,
        before.extensionFiles(),
        result.isApprovalAwaited() ? before.database() : null,
        splay,
        isOfFleet && !mustSpread);
  }

  /** After a cycle that failed; the database is not watched, or it could fail every second. */
  Plan afterFailure(Scope look, Stamps before, Duration interval, Moment now) {
    return new Plan(
        schedule.after(look, now, interval, null),
        checkedAt,
        before.extensionFiles(),
        null,
        splay,
        isOfFleet);
  }

  /**
   * Whether approval is awaited and the database, by its stamp, is another than at the last look.
   */
  boolean isApprovalNews(Object database) {
    return awaitedDatabase != null && !awaitedDatabase.equals(database);
  }

  /** How long the daemon may sleep before it looks at the stamp of the database again. */
  Duration glance(Duration sleep) {
    return awaitedDatabase != null && DATABASE_TICK.compareTo(sleep) < 0 ? DATABASE_TICK : sleep;
  }

  /**
   * What stat shows of the files that say whether an extension is approved. Stamps of unchanged
   * files are equal.
   */
  record Stamps(Object extensionFiles, Object database) {}
}
