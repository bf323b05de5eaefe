package org.kextwatch.agent.daemon;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.Moment;

/**
 * When the daemon looks next: by the schedule, or because a file has changed. Pure.
 *
 * @param checkedAt when it was last checked what is due; a jump since then is a sleep of the Mac
 * @param extensionFiles stamp of the files of system extensions and policies when the last look
 *     began, {@code null} before the first look
 * @param awaitedDatabase stamp of the approval database when the last look began, {@code null}
 *     while no approval is awaited
 */
record Plan(
    Schedule schedule,
    Moment checkedAt,
    @Nullable Object extensionFiles,
    @Nullable Object awaitedDatabase) {

  /** While approval is awaited, the stamp of the database is compared this often. */
  private static final Duration DATABASE_TICK = Duration.ofSeconds(1);

  /** A full look is due at once. */
  static Plan starting(Moment now) {
    return new Plan(Schedule.atOnce(now), now, null, null);
  }

  /** Checks what has become due by now. Stamps are hints only: a full look reads everything. */
  Plan check(Moment now, Stamps stamps) {
    Schedule awake = schedule.awake(checkedAt, now);
    boolean isChanged =
        !stamps.extensionFiles().equals(extensionFiles)
            || (awaitedDatabase != null && !stamps.database().equals(awaitedDatabase));
    return new Plan(
        isChanged ? awake.approvalAt(now) : awake, now, extensionFiles, awaitedDatabase);
  }

  /** What to look at now, {@code null} for nothing. */
  @Nullable Scope due() {
    return schedule.due(checkedAt);
  }

  /** A full look is due at once, for example because settings have changed. */
  Plan fullLookAt(Moment now) {
    return new Plan(schedule.fullAt(now), checkedAt, extensionFiles, awaitedDatabase);
  }

  /**
   * After a cycle.
   *
   * @param before the stamps from before the cycle
   */
  Plan after(Scope look, Stamps before, Cycle.CycleResult result, Moment now) {
    return new Plan(
        schedule.after(look, now, result),
        checkedAt,
        before.extensionFiles(),
        result.isApprovalAwaited() ? before.database() : null);
  }

  /** After a cycle that failed; the database is not watched, or it could fail every second. */
  Plan afterFailure(Scope look, Stamps before, Duration interval, Moment now) {
    return new Plan(
        schedule.after(look, now, interval, null), checkedAt, before.extensionFiles(), null);
  }

  /** How long the daemon may sleep. */
  Duration sleep(Moment now) {
    Duration next = schedule.nap(now);
    return awaitedDatabase != null && DATABASE_TICK.compareTo(next) < 0 ? DATABASE_TICK : next;
  }

  /**
   * What stat shows of the files that say whether an extension is approved. Stamps of unchanged
   * files are equal.
   */
  record Stamps(Object extensionFiles, Object database) {}
}
