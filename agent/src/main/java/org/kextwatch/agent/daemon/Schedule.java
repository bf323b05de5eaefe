package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Outcome;

/**
 * When to look next, and at how much. All that became due meanwhile is one look, never a burst.
 *
 * @param full when Defender and its extension are looked at
 * @param followUps more such looks, after a load
 * @param approval when the extension alone is looked at; {@code null}, not at all
 */
record Schedule(Moment full, List<Moment> followUps, @Nullable Moment approval) {
  /** The longest sleep of the daemon, so that changed settings and a wake are seen soon. */
  static final Duration TICK = Duration.ofSeconds(30);

  /** While approval is awaited it is asked for this often, even if its files seem untouched. */
  private static final Duration QUERY = Duration.ofSeconds(30);

  /** Defender takes a while to notice its kext; how long is not documented. */
  private static final List<Duration> AFTER_LOAD =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30));

  Schedule {
    followUps = List.copyOf(followUps);
  }

  /** A full look is due at once. */
  static Schedule atOnce(Moment now) {
    return new Schedule(now, List.of(), null);
  }

  /** The look that is due, {@code null} for none. */
  @Nullable Scope due(Moment now) {
    if (Stream.concat(Stream.of(full), followUps.stream()).anyMatch(m -> m.isDue(now))) {
      return Scope.FULL;
    }
    return approval != null && approval.isDue(now) ? Scope.APPROVAL : null;
  }

  /** How long the daemon may sleep. */
  Duration nap(Moment now) {
    Stream<Moment> fixed = approval == null ? Stream.of(full) : Stream.of(full, approval);
    return Stream.concat(fixed, followUps.stream())
        .map(moment -> moment.until(now))
        .reduce(TICK, (a, b) -> a.compareTo(b) < 0 ? a : b);
  }

  /** After a cycle. */
  Schedule after(Scope look, Moment now, Cycle.CycleResult result) {
    Duration interval = result.interval();
    if (result.confirmAt() != null) {
      Duration confirm = Duration.between(now.wall(), result.confirmAt());
      interval = confirm.compareTo(interval) < 0 ? confirm : interval;
    }
    Moment query = result.isApprovalAwaited() ? now.plus(QUERY) : null;
    Schedule next = after(look, now, interval, earlier(query, at(result.actAgainAt(), now)));
    Outcome outcome = result.outcome();
    if (outcome == null) {
      return next;
    }
    return outcome == Outcome.LOADED ? next.afterLoad(now) : next.approvalAt(now);
  }

  private static @Nullable Moment at(@Nullable Instant wall, Moment now) {
    return wall == null ? null : now.plus(Duration.between(now.wall(), wall));
  }

  private static @Nullable Moment earlier(@Nullable Moment a, @Nullable Moment b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return b.wall().isBefore(a.wall()) ? b : a;
  }

  /** The Mac has slept, or its clock was set ahead: one full look, however many were missed. */
  Schedule awake(Moment before, Moment now) {
    return now.isAwakenedSince(before) ? fullAt(now) : this;
  }

  /** A full look is due at this time. */
  Schedule fullAt(Moment now) {
    return new Schedule(now, followUps, approval);
  }

  /** After a look: the next full one, unless this was not one, and the next at the approval. */
  Schedule after(Scope look, Moment now, Duration interval, @Nullable Moment nextApproval) {
    return new Schedule(
        look == Scope.FULL ? now.plus(interval) : full,
        followUps.stream().filter(moment -> !moment.isDue(now)).toList(),
        nextApproval);
  }

  /** After the kext was loaded: health is followed until it settles. */
  Schedule afterLoad(Moment now) {
    return new Schedule(full, AFTER_LOAD.stream().map(now::plus).toList(), approval);
  }

  /** The extension may have changed: look at it alone, now. */
  Schedule approvalAt(Moment now) {
    return new Schedule(full, followUps, now);
  }

  /** What a look covers. */
  enum Scope {
    FULL,
    APPROVAL
  }
}
