package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.delivery.NextStep.Beat;
import org.kextwatch.agent.delivery.NextStep.Purpose;
import org.kextwatch.agent.delivery.NextStep.Rest;
import org.kextwatch.agent.delivery.NextStep.Send;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/**
 * All that the delivery remembers of earlier attempts, and the rules that follow from it: {@link
 * #after} is what an answer means, {@link #next} is what to do now. Immutable and pure: time and
 * chance are arguments.
 *
 * @param heartbeats when they are due
 * @param heartbeatFailures in a row
 * @param pause of the events
 * @param hold how long the endpoint is to be left alone, {@code null} if it does not ask for that
 * @param poison the events that may be what is wrong
 * @param unproven the event that was refused last and after which the newest is to be tried, {@code
 *     null} if there is none
 * @param isDown whether the endpoint did not answer, or only that it cannot
 */
record RetryState(
    HeartbeatSchedule heartbeats,
    int heartbeatFailures,
    Pause pause,
    @Nullable Moment hold,
    PoisonEventPolicy poison,
    @Nullable SpoolEntry unproven,
    boolean isDown) {
  /** Between two questions whether an endpoint that wanted no more has changed its mind. */
  static final Duration GONE_PROBE = Duration.ofHours(24);

  /** Between two looks at what somebody must put right on this Mac. */
  static final Duration LOCAL = Duration.ofSeconds(30);

  /** What an attempt means for the event. */
  enum Fate {
    DELIVERED,
    /** It waits on. */
    KEPT,
    /** It waits on, and others go past it. */
    SET_ASIDE,
    /** It was refused again after something else was taken. */
    REJECTED,
    /** Its file cannot be read, others can. */
    UNREADABLE
  }

  /** The state after an attempt, and what has become of the event. */
  record Transition(RetryState next, Fate fate) {}

  static RetryState starting(Splay splay, Duration heartbeat, Moment now) {
    return new RetryState(
        HeartbeatSchedule.starting(splay, heartbeat, now),
        0,
        Pause.none(now),
        null,
        PoisonEventPolicy.NONE,
        null,
        false);
  }

  /** Time has passed. */
  RetryState at(Moment now) {
    return with(heartbeats.at(now));
  }

  RetryState beatingEvery(Duration interval, Moment now) {
    return with(heartbeats.every(interval, now));
  }

  /** It is another endpoint, or we have other means: nothing that was learned holds any more. */
  RetryState forgetting(Moment now) {
    return new RetryState(
        heartbeats, 0, Pause.none(now), null, PoisonEventPolicy.NONE, null, false);
  }

  /** Ends a pause of ours, but not what the endpoint asked for. */
  RetryState expedited(Moment now) {
    return with(pause.ended(now));
  }

  /** Something on this Mac has failed; it is tried again soon. */
  RetryState stumbled(Moment now) {
    return with(heartbeats.absent(now)).with(pause.backoff(now, LOCAL));
  }

  /** There was no heartbeat to send. */
  RetryState withoutHeartbeat(Moment now) {
    return with(heartbeats.absent(now));
  }

  /** An event waits no more: it was evicted, or its file is damaged. */
  RetryState without(SpoolEntry gone) {
    return with(poison.without(gone));
  }

  /** Whether the endpoint is to be left alone. */
  boolean isHeld(Moment now) {
    return hold != null && !hold.isDue(now);
  }

  /**
   * What to do now.
   *
   * @param isUrgent whether nothing is held back and no heartbeat is sent
   */
  NextStep next(WaitingEvents waiting, Moment now, boolean isUrgent) {
    if (hold != null && isHeld(now)) {
      return new Rest(hold.until(now));
    }
    Optional<SpoolEntry> again = poison.onceMore();
    if (again.isPresent()) {
      return new Send(again.get(), Purpose.ONCE_MORE);
    }
    if (!isUrgent && heartbeats.isDue(now)) {
      return new Beat();
    }
    Duration untilBeat = isUrgent ? LOCAL : heartbeats.rest(now);
    Optional<SpoolEntry> turn =
        poison.isFull() ? Optional.empty() : waiting.oldestBut(poison.entries());
    Optional<SpoolEntry> oldest = turn.or(() -> waiting.oldestBut(Set.of()));
    if (oldest.isEmpty()
        || (!isUrgent && heartbeats.isHeld(now) && waiting.isStartOnly(oldest.get()))) {
      return new Rest(untilBeat);
    }
    if (unproven != null && turn.filter(entry -> !entry.equals(unproven)).isEmpty()) {
      Optional<SpoolEntry> newest = waiting.newestBut(unproven);
      if (newest.isPresent()) {
        return new Send(newest.get(), Purpose.PROBE);
      }
    }
    boolean isPaused =
        !pause.until().isDue(now) && !(pause.why() == Pause.Why.ROUND && turn.isPresent());
    if (isPaused) {
      Duration left = pause.until().until(now);
      return new Rest(left.compareTo(untilBeat) < 0 ? left : untilBeat);
    }
    return new Send(oldest.get(), turn.isPresent() ? Purpose.IN_ORDER : Purpose.ROUND);
  }

  /**
   * What an answer means.
   *
   * @param tried what was sent
   * @param random from 0 to 1, exclusive
   */
  Transition after(NextStep tried, SendResult answer, Moment now, double random) {
    RetryState heard = hearing(answer, now, random);
    @Nullable Send send = tried instanceof Send event ? event : null;
    if (answer.outcome() == DeliveryOutcome.DELIVERED) {
      return new Transition(heard.taken(send == null ? null : send.entry(), now), Fate.DELIVERED);
    }
    if (answer.outcome() == DeliveryOutcome.GONE) {
      return new Transition(heard.with(heard.poison.undecided()), Fate.KEPT);
    }
    return send == null
        ? new Transition(heard.heartbeatFailed(answer.outcome(), now, random), Fate.KEPT)
        : heard.eventFailed(send, answer.outcome(), now, random);
  }

  /**
   * What it means that the file of an event could not be read.
   *
   * @param canOthers whether the file of any other event can
   */
  Transition unread(SpoolEntry entry, boolean canOthers, Moment now) {
    PoisonEventPolicy seen = poison.undecided().unread(entry, canOthers);
    return seen.isUnreadable(entry)
        ? new Transition(with(seen.without(entry)), Fate.UNREADABLE)
        : new Transition(with(seen).with(pause.backoff(now, LOCAL)), Fate.KEPT);
  }

  private RetryState hearing(SendResult answer, Moment now, double random) {
    boolean fails =
        answer.outcome() == DeliveryOutcome.TRANSIENT
            || answer.outcome() == DeliveryOutcome.SERVER_ERROR;
    return new RetryState(
        heartbeats,
        heartbeatFailures,
        pause,
        holdFor(answer, now, random),
        poison,
        unproven,
        isDown || fails);
  }

  private static @Nullable Moment holdFor(SendResult answer, Moment now, double random) {
    if (answer.outcome() == DeliveryOutcome.GONE) {
      return now.plus(GONE_PROBE);
    }
    Duration asked = answer.retryAfter();
    return asked == null || answer.outcome() == DeliveryOutcome.DELIVERED
        ? null
        : now.plus(Backoff.spread(asked, random));
  }

  private RetryState taken(@Nullable SpoolEntry entry, Moment now) {
    PoisonEventPolicy rest = poison.taken(entry);
    HeartbeatSchedule beats = entry == null ? heartbeats.sent(now) : heartbeats;
    boolean mustWait = pause.why() == Pause.Why.BETWEEN_TRIES && rest.suspect() != null;
    Pause shorter = entry == null ? pause.ended(now) : Pause.none(now);
    return new RetryState(
        isDown ? beats.held(now) : beats,
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
        heartbeats.failed(now, wait), failures, pause, hold, poison, unproven, isDown);
  }

  private Transition eventFailed(Send tried, DeliveryOutcome outcome, Moment now, double random) {
    SpoolEntry entry = tried.entry();
    Pause backoff = pause.backoff(now, outcome, random);
    boolean mayBeTheEvent =
        outcome == DeliveryOutcome.SUSPECT || outcome == DeliveryOutcome.SERVER_ERROR;
    return switch (tried.purpose()) {
      case IN_ORDER -> failedInOrder(entry, outcome, now, random);
      case PROBE -> new Transition(with(pause, poison, null), Fate.KEPT);
      case ONCE_MORE ->
          poison.isGuilty(entry, outcome)
              ? new Transition(with(poison.quarantined(entry, now)), Fate.REJECTED)
              : new Transition(with(backoff, poison.undecided(), null), Fate.KEPT);
      case ROUND ->
          mayBeTheEvent
              ? new Transition(with(pause.round(now, random), poison, entry), Fate.KEPT)
              : new Transition(with(backoff, poison, null), Fate.KEPT);
    };
  }

  private Transition failedInOrder(
      SpoolEntry entry, DeliveryOutcome outcome, Moment now, double random) {
    PoisonEventPolicy judged =
        switch (outcome) {
          case SUSPECT -> poison.rejected(entry, now);
          case SERVER_ERROR -> poison.serverError(entry, now);
          default -> poison;
        };
    if (judged.contains(entry)) {
      return new Transition(with(pause.round(now, random), judged, null), Fate.SET_ASIDE);
    }
    Pause longer =
        outcome == DeliveryOutcome.SUSPECT
            ? pause.betweenTries(now, random)
            : pause.backoff(now, outcome, random);
    boolean mustProbe = outcome == DeliveryOutcome.SERVER_ERROR && heartbeats.isOff();
    return new Transition(with(longer, judged, mustProbe ? entry : null), Fate.KEPT);
  }

  private RetryState with(HeartbeatSchedule newSchedule) {
    return new RetryState(newSchedule, heartbeatFailures, pause, hold, poison, unproven, isDown);
  }

  private RetryState with(Pause newPause) {
    return with(newPause, poison, unproven);
  }

  private RetryState with(PoisonEventPolicy newPoison) {
    return with(pause, newPoison, unproven);
  }

  private RetryState with(
      Pause newPause, PoisonEventPolicy newPoison, @Nullable SpoolEntry newUnproven) {
    return new RetryState(
        heartbeats, heartbeatFailures, newPause, hold, newPoison, newUnproven, isDown);
  }
}
