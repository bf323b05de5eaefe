package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.DeliveryOutcome;

/**
 * Decides whether an event or the endpoint is at fault when the endpoint rejects: remembers the
 * event being tried and up to three that are set aside, so that others can be delivered. Immutable.
 *
 * @param suspect the event in its turn that failed, {@code null} if none did
 * @param setAside the events set aside, in the order in which that happened
 * @param lastQuarantine when an event was last quarantined, {@code null} if none was
 */
record PoisonEventPolicy(
    @Nullable Suspect suspect, List<SetAside> setAside, @Nullable Moment lastQuarantine) {
  static final PoisonEventPolicy NONE = new PoisonEventPolicy(null, List.of(), null);

  private static final int MAX_SET_ASIDE = 3;
  private static final int MAX_TRIES = 5;
  private static final int MAX_TRIES_OF_ANOTHER = 2;
  private static final Duration ANOTHER_WITHIN = Duration.ofMinutes(10);
  private static final int MAX_SERVER_ERRORS = 3;
  private static final Duration SERVER_ERRORS_OVER = Duration.ofHours(1);
  private static final int MAX_READ_FAILURES = 5;

  PoisonEventPolicy {
    setAside = List.copyOf(setAside);
  }

  /**
   * An event that failed in its turn.
   *
   * @param rejections how often the endpoint rejected it
   * @param serverErrors how many 5xx count against it: something was delivered between two of them
   * @param firstServerError {@code null} if there is none
   * @param otherDelivered whether something else was delivered since the last counted 5xx
   * @param readFailures how often its file could not be read although others could
   */
  record Suspect(
      SpoolEntry entry,
      int rejections,
      int serverErrors,
      @Nullable Moment firstServerError,
      boolean otherDelivered,
      int readFailures) {

    private Suspect rejected() {
      return new Suspect(
          entry, rejections + 1, serverErrors, firstServerError, otherDelivered, readFailures);
    }

    private Suspect serverError(Moment now) {
      if (firstServerError == null) {
        return new Suspect(entry, rejections, 1, now, false, readFailures);
      }
      int counted = serverErrors + (otherDelivered ? 1 : 0);
      return new Suspect(entry, rejections, counted, firstServerError, false, readFailures);
    }

    private Suspect readFailed(boolean canReadOthers) {
      int failures = canReadOthers ? readFailures + 1 : 0;
      return new Suspect(
          entry, rejections, serverErrors, firstServerError, otherDelivered, failures);
    }

    private Suspect withOtherDelivered() {
      return new Suspect(entry, rejections, serverErrors, firstServerError, true, readFailures);
    }
  }

  /**
   * An event that is skipped so that others can be delivered.
   *
   * @param forServerErrors whether it was set aside because of 5xx, not of rejections
   * @param isRecheckDue whether something else was delivered since: it is tried once more
   */
  record SetAside(SpoolEntry entry, boolean forServerErrors, boolean isRecheckDue) {
    private SetAside withRecheck(boolean isDue) {
      return new SetAside(entry, forServerErrors, isDue);
    }
  }

  /** Whether no other event can be set aside, so that the endpoint must be at fault. */
  boolean isFull() {
    return setAside.size() >= MAX_SET_ASIDE;
  }

  /** The events that are set aside. */
  Set<SpoolEntry> entries() {
    return setAside.stream().map(SetAside::entry).collect(Collectors.toSet());
  }

  /** The next event that was set aside and is tried once more now. */
  Optional<SpoolEntry> nextRecheck() {
    return setAside.stream().filter(SetAside::isRecheckDue).map(SetAside::entry).findFirst();
  }

  /** Whether this outcome of its recheck means that the event is at fault. */
  boolean isAtFault(SpoolEntry entry, DeliveryOutcome outcome) {
    return outcome == DeliveryOutcome.SUSPECT
        || (outcome == DeliveryOutcome.SERVER_ERROR
            && setAside.stream()
                .anyMatch(one -> one.entry().equals(entry) && one.forServerErrors()));
  }

  /** The endpoint rejected an event in its turn. */
  PoisonEventPolicy rejected(SpoolEntry entry, Moment now) {
    Suspect next = suspectFor(entry).rejected();
    boolean isAnother =
        !setAside.isEmpty()
            || (lastQuarantine != null && !lastQuarantine.plus(ANOTHER_WITHIN).isDue(now));
    int tries = isAnother ? MAX_TRIES_OF_ANOTHER : MAX_TRIES;
    return next.rejections() >= tries ? withSetAside(entry, false) : withSuspect(next);
  }

  /** The endpoint answered an event in its turn with a 5xx. */
  PoisonEventPolicy serverError(SpoolEntry entry, Moment now) {
    Suspect next = suspectFor(entry).serverError(now);
    boolean isEnough =
        next.serverErrors() >= MAX_SERVER_ERRORS
            && next.firstServerError() != null
            && next.firstServerError().plus(SERVER_ERRORS_OVER).isDue(now);
    return isEnough ? withSetAside(entry, true) : withSuspect(next);
  }

  /** The file of an event could not be read. */
  PoisonEventPolicy readFailed(SpoolEntry entry, boolean canReadOthers) {
    return withSuspect(suspectFor(entry).readFailed(canReadOthers));
  }

  /** Whether the file of this event failed again and again while others could be read. */
  boolean isUnreadable(SpoolEntry entry) {
    return suspectFor(entry).readFailures() >= MAX_READ_FAILURES;
  }

  /**
   * Something was delivered: what is set aside is tried once more.
   *
   * @param entry {@code null} for a heartbeat
   */
  PoisonEventPolicy delivered(@Nullable SpoolEntry entry) {
    PoisonEventPolicy rest = entry == null ? this : without(entry);
    Suspect cleared = rest.suspect == null ? null : rest.suspect.withOtherDelivered();
    return new PoisonEventPolicy(cleared, rest.setAside, lastQuarantine)
        .withEachSetAside(one -> one.withRecheck(true));
  }

  /** Cancels all rechecks, because the last one proved nothing about the event. */
  PoisonEventPolicy withoutRechecks() {
    return withEachSetAside(one -> one.withRecheck(false));
  }

  PoisonEventPolicy quarantined(SpoolEntry entry, Moment now) {
    PoisonEventPolicy rest = without(entry);
    return new PoisonEventPolicy(rest.suspect, rest.setAside, now);
  }

  /** Forgets an event that is no longer in the spool. */
  PoisonEventPolicy without(SpoolEntry gone) {
    return new PoisonEventPolicy(
        suspect == null || suspect.entry().equals(gone) ? null : suspect,
        setAside.stream().filter(one -> !one.entry().equals(gone)).toList(),
        lastQuarantine);
  }

  private Suspect suspectFor(SpoolEntry entry) {
    return suspect != null && suspect.entry().equals(entry)
        ? suspect
        : new Suspect(entry, 0, 0, null, false, 0);
  }

  private PoisonEventPolicy withSuspect(Suspect newSuspect) {
    return new PoisonEventPolicy(newSuspect, setAside, lastQuarantine);
  }

  private PoisonEventPolicy withSetAside(SpoolEntry entry, boolean forServerErrors) {
    List<SetAside> more = new ArrayList<>(setAside);
    more.add(new SetAside(entry, forServerErrors, false));
    return new PoisonEventPolicy(null, more, lastQuarantine);
  }

  private PoisonEventPolicy withEachSetAside(UnaryOperator<SetAside> change) {
    return new PoisonEventPolicy(suspect, setAside.stream().map(change).toList(), lastQuarantine);
  }
}
