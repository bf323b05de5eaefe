package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.delivery.NextStep.Purpose;
import org.kextwatch.agent.delivery.NextStep.SendEvent;
import org.kextwatch.agent.delivery.NextStep.SendHeartbeat;
import org.kextwatch.agent.delivery.NextStep.Wait;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/**
 * All that the delivery remembers of earlier attempts, and its rules: {@link #next} chooses the
 * next step, {@link #after} is the state after it. Immutable and pure: time and random numbers are
 * arguments.
 *
 * @param heartbeats when they are due
 * @param heartbeatFailures in a row
 * @param pause of the events
 * @param holdEnd until when nothing at all is sent, as the endpoint asked (Retry-After, 410);
 *     {@code null} if it did not
 * @param poison the events that may be at fault
 * @param probedAfter the event that failed last and after which the newest one is tried, {@code
 *     null} if there is none
 * @param isEndpointDown whether an attempt since the last delivery got no answer or a 5xx
 */
record RetryState(
    HeartbeatSchedule heartbeats,
    int heartbeatFailures,
    Pause pause,
    @Nullable Moment holdEnd,
    PoisonEventPolicy poison,
    @Nullable SpoolEntry probedAfter,
    boolean isEndpointDown) {
  /** Between two attempts at an endpoint that answered 410. */
  static final Duration GONE_PROBE = Duration.ofHours(24);

  /** Between two attempts after a failure on this Mac. */
  static final Duration LOCAL_RETRY = Duration.ofSeconds(30);

  /** What an attempt means for the event. */
  enum Fate {
    DELIVERED,
    /** It stays in the spool. */
    KEPT,
    /** It stays in the spool, and others are tried before it. */
    SET_ASIDE,
    /** It was rejected again after something else was delivered. */
    REJECTED,
    /** Its file cannot be read, others can. */
    UNREADABLE
  }

  /** The state after an attempt, and the fate of the event. */
  record Update(RetryState state, Fate fate) {}

  /** The state at the start of the daemon. */
  static RetryState starting(Splay splay, Duration heartbeat, Moment now) {
    return fresh(HeartbeatSchedule.starting(splay, heartbeat, now), now);
  }

  private static RetryState fresh(HeartbeatSchedule heartbeats, Moment now) {
    return new RetryState(
        heartbeats, 0, Pause.none(now), null, PoisonEventPolicy.NONE, null, false);
  }

  /** Advances to this moment. */
  RetryState at(Moment now) {
    return with(heartbeats.at(now));
  }

  RetryState withHeartbeatInterval(Duration interval, Moment now) {
    return with(heartbeats.withInterval(interval, now));
  }

  /** Forgets all failures, because the settings or the files that they name changed. */
  RetryState reset(Moment now) {
    return fresh(heartbeats, now);
  }

  /** Ends the pause, but not a hold that the endpoint asked for. */
  RetryState expedited(Moment now) {
    return with(pause.ended(now));
  }

  /** Something failed on this Mac: tries again soon. */
  RetryState afterLocalFailure(Moment now) {
    return with(heartbeats.missing(now)).with(pause.backoff(now, LOCAL_RETRY));
  }

  /** There was no heartbeat to send. */
  RetryState afterMissingHeartbeat(Moment now) {
    return with(heartbeats.missing(now));
  }

  /** Forgets an event that is no longer in the spool. */
  RetryState without(SpoolEntry gone) {
    return with(poison.without(gone));
  }

  /** Whether nothing may be sent, because the endpoint asked for that. */
  boolean isHeld(Moment now) {
    return holdEnd != null && !holdEnd.isDue(now);
  }

  /**
   * The next step.
   *
   * @param isUrgent whether events skip the splay and no heartbeat is sent
   */
  NextStep next(WaitingEvents waiting, Moment now, boolean isUrgent) {
    if (holdEnd != null && isHeld(now)) {
      return new Wait(holdEnd.until(now));
    }
    Optional<SpoolEntry> recheck = poison.nextRecheck();
    if (recheck.isPresent()) {
      return new SendEvent(recheck.get(), Purpose.RECHECK);
    }
    if (!isUrgent && heartbeats.isDue(now)) {
      return new SendHeartbeat();
    }
    Duration untilHeartbeat = isUrgent ? LOCAL_RETRY : heartbeats.untilNext(now);
    Optional<SpoolEntry> inOrder =
        poison.isFull() ? Optional.empty() : waiting.oldestExcept(poison.entries());
    Optional<SpoolEntry> oldest = inOrder.or(() -> waiting.oldestExcept(Set.of()));
    if (oldest.isEmpty()
        || (!isUrgent && heartbeats.isInSplay(now) && waiting.hasOnlyStartsFrom(oldest.get()))) {
      return new Wait(untilHeartbeat);
    }
    if (probedAfter != null && inOrder.filter(entry -> !entry.equals(probedAfter)).isEmpty()) {
      Optional<SpoolEntry> newest = waiting.newestExcept(probedAfter);
      if (newest.isPresent()) {
        return new SendEvent(newest.get(), Purpose.NEWEST_PROBE);
      }
    }
    boolean isPaused =
        !pause.until().isDue(now)
            && !(pause.kind() == Pause.PauseKind.PROBING && inOrder.isPresent());
    if (isPaused) {
      Duration left = pause.until().until(now);
      return new Wait(left.compareTo(untilHeartbeat) < 0 ? left : untilHeartbeat);
    }
    return new SendEvent(
        oldest.get(), inOrder.isPresent() ? Purpose.IN_ORDER : Purpose.OLDEST_PROBE);
  }

  /**
   * The state after an attempt.
   *
   * @param step what was sent
   * @param random from 0 to 1, exclusive
   */
  Update after(NextStep step, SendResult result, Moment now, double random) {
    RetryState answered = answered(result, now, random);
    @Nullable SendEvent sent = step instanceof SendEvent event ? event : null;
    return switch (result.outcome()) {
      case DELIVERED ->
          new Update(answered.delivered(sent == null ? null : sent.entry(), now), Fate.DELIVERED);
      case GONE -> new Update(answered.with(answered.poison.withoutRechecks()), Fate.KEPT);
      default ->
          sent == null
              ? new Update(answered.heartbeatFailed(result.outcome(), now, random), Fate.KEPT)
              : answered.eventFailed(sent, result.outcome(), now, random);
    };
  }

  /**
   * The state after the file of an event could not be read.
   *
   * @param canReadOthers whether the file of any other event can be read
   */
  Update afterReadFailure(SpoolEntry entry, boolean canReadOthers, Moment now) {
    PoisonEventPolicy counted = poison.withoutRechecks().readFailed(entry, canReadOthers);
    return counted.isUnreadable(entry)
        ? new Update(with(counted.without(entry)), Fate.UNREADABLE)
        : new Update(with(counted).with(pause.backoff(now, LOCAL_RETRY)), Fate.KEPT);
  }

  private RetryState answered(SendResult result, Moment now, double random) {
    boolean isDown =
        result.outcome() == DeliveryOutcome.TRANSIENT
            || result.outcome() == DeliveryOutcome.SERVER_ERROR;
    return new RetryState(
        heartbeats,
        heartbeatFailures,
        pause,
        holdEnd(result, now, random),
        poison,
        probedAfter,
        isEndpointDown || isDown);
  }

  private static @Nullable Moment holdEnd(SendResult result, Moment now, double random) {
    if (result.outcome() == DeliveryOutcome.GONE) {
      return now.plus(GONE_PROBE);
    }
    Duration asked = result.retryAfter();
    return asked == null || result.outcome() == DeliveryOutcome.DELIVERED
        ? null
        : now.plus(Backoff.spread(asked, random));
  }

  private RetryState delivered(@Nullable SpoolEntry entry, Moment now) {
    PoisonEventPolicy rest = poison.delivered(entry);
    HeartbeatSchedule next = entry == null ? heartbeats.delivered(now) : heartbeats;
    boolean mustWait = pause.kind() == Pause.PauseKind.BETWEEN_TRIES && rest.suspect() != null;
    Pause shorter = entry == null ? pause.ended(now) : Pause.none(now);
    return new RetryState(
        isEndpointDown ? next.splayed(now) : next,
        entry == null ? 0 : heartbeatFailures,
        mustWait ? pause : shorter,
        null,
        rest,
        null,
        false);
  }

  private RetryState heartbeatFailed(DeliveryOutcome outcome, Moment now, double random) {
    int failures = heartbeatFailures + 1;
    Duration wait = Backoff.after(outcome).delay(failures, random);
    return new RetryState(
        heartbeats.failed(now, wait),
        failures,
        pause,
        holdEnd,
        poison,
        probedAfter,
        isEndpointDown);
  }

  private Update eventFailed(SendEvent sent, DeliveryOutcome outcome, Moment now, double random) {
    SpoolEntry entry = sent.entry();
    Pause backoff = pause.backoff(now, outcome, random);
    boolean mayBeTheEvent =
        outcome == DeliveryOutcome.SUSPECT || outcome == DeliveryOutcome.SERVER_ERROR;
    return switch (sent.purpose()) {
      case IN_ORDER -> failedInOrder(entry, outcome, now, random);
      case RECHECK ->
          poison.isAtFault(entry, outcome)
              ? new Update(with(poison.quarantined(entry, now)), Fate.REJECTED)
              : new Update(with(backoff, poison.withoutRechecks(), null), Fate.KEPT);
      case OLDEST_PROBE ->
          mayBeTheEvent
              ? new Update(with(pause.untilProbe(now, random), poison, entry), Fate.KEPT)
              : new Update(with(backoff, poison, null), Fate.KEPT);
      case NEWEST_PROBE -> new Update(with(pause, poison, null), Fate.KEPT);
    };
  }

  private Update failedInOrder(
      SpoolEntry entry, DeliveryOutcome outcome, Moment now, double random) {
    PoisonEventPolicy judged =
        switch (outcome) {
          case SUSPECT -> poison.rejected(entry, now);
          case SERVER_ERROR -> poison.serverError(entry, now);
          default -> poison;
        };
    if (judged.entries().contains(entry)) {
      return new Update(with(pause.untilProbe(now, random), judged, null), Fate.SET_ASIDE);
    }
    Pause longer =
        outcome == DeliveryOutcome.SUSPECT
            ? pause.betweenTries(now, random)
            : pause.backoff(now, outcome, random);
    boolean mustProbe = outcome == DeliveryOutcome.SERVER_ERROR && heartbeats.isOff();
    return new Update(with(longer, judged, mustProbe ? entry : null), Fate.KEPT);
  }

  private RetryState with(HeartbeatSchedule newSchedule) {
    return new RetryState(
        newSchedule, heartbeatFailures, pause, holdEnd, poison, probedAfter, isEndpointDown);
  }

  private RetryState with(Pause newPause) {
    return with(newPause, poison, probedAfter);
  }

  private RetryState with(PoisonEventPolicy newPoison) {
    return with(pause, newPoison, probedAfter);
  }

  private RetryState with(
      Pause newPause, PoisonEventPolicy newPoison, @Nullable SpoolEntry newProbedAfter) {
    return new RetryState(
        heartbeats,
        heartbeatFailures,
        newPause,
        holdEnd,
        newPoison,
        newProbedAfter,
        isEndpointDown);
  }
}
