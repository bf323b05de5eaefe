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
 * The events that may be what is wrong when the endpoint refuses them: the one that is being tried,
 * and up to three that were set aside so that others can pass. Immutable.
 *
 * @param suspect the event in its turn that failed, {@code null} if none did
 * @param setAside the oldest first
 * @param quarantinedAt when an event was last given up, {@code null} if none was
 */
record PoisonEventPolicy(
    @Nullable Suspect suspect, List<SetAside> setAside, @Nullable Moment quarantinedAt) {
  static final PoisonEventPolicy NONE = new PoisonEventPolicy(null, List.of(), null);

  private static final int MOST = 3;
  private static final int TRIES = 5;
  private static final int TRIES_OF_ANOTHER = 2;
  private static final Duration ANOTHER_WITHIN = Duration.ofMinutes(10);
  private static final int SERVER_ERRORS = 3;
  private static final Duration SERVER_ERRORS_OVER = Duration.ofHours(1);
  private static final int UNREADABLE = 5;

  PoisonEventPolicy {
    setAside = List.copyOf(setAside);
  }

  /**
   * An event in its turn that failed.
   *
   * @param rejections how often it was refused
   * @param serverErrors how many 5xx count against it: between two of them something was taken
   * @param since the first of these, {@code null} if there is none
   * @param otherTaken whether something else was taken since the last of these
   * @param unreadable how often its file could not be read although others could
   */
  record Suspect(
      SpoolEntry entry,
      int rejections,
      int serverErrors,
      @Nullable Moment since,
      boolean otherTaken,
      int unreadable) {

    private Suspect rejected() {
      return new Suspect(entry, rejections + 1, serverErrors, since, otherTaken, unreadable);
    }

    private Suspect serverError(Moment now) {
      if (since == null) {
        return new Suspect(entry, rejections, 1, now, false, unreadable);
      }
      int counted = serverErrors + (otherTaken ? 1 : 0);
      return new Suspect(entry, rejections, counted, since, false, unreadable);
    }

    private Suspect unread(boolean canOthers) {
      int times = canOthers ? unreadable + 1 : 0;
      return new Suspect(entry, rejections, serverErrors, since, otherTaken, times);
    }

    private Suspect passed() {
      return new Suspect(entry, rejections, serverErrors, since, true, unreadable);
    }
  }

  /**
   * An event that others go past.
   *
   * @param forServerErrors whether 5xx have brought it here, and not refusals
   * @param onceMore whether something else was taken since: now it is its own fault or nobody's
   */
  record SetAside(SpoolEntry entry, boolean forServerErrors, boolean onceMore) {
    private SetAside onceMore(boolean now) {
      return new SetAside(entry, forServerErrors, now);
    }
  }

  /** Whether there is no room for another. */
  boolean isFull() {
    return setAside.size() >= MOST;
  }

  boolean isEmpty() {
    return setAside.isEmpty();
  }

  /** What was set aside. */
  Set<SpoolEntry> entries() {
    return setAside.stream().map(SetAside::entry).collect(Collectors.toSet());
  }

  /** Whether an event was set aside. */
  boolean contains(SpoolEntry entry) {
    return entries().contains(entry);
  }

  /** The oldest that is to be tried once more. */
  Optional<SpoolEntry> onceMore() {
    return setAside.stream().filter(SetAside::onceMore).map(SetAside::entry).findFirst();
  }

  /** Whether this refusal, of the one try more, is the last. */
  boolean isGuilty(SpoolEntry entry, DeliveryOutcome outcome) {
    return outcome == DeliveryOutcome.SUSPECT
        || (outcome == DeliveryOutcome.SERVER_ERROR
            && setAside.stream()
                .anyMatch(one -> one.entry().equals(entry) && one.forServerErrors()));
  }

  /** An event in its turn was refused. */
  PoisonEventPolicy rejected(SpoolEntry entry, Moment now) {
    Suspect next = suspectFor(entry).rejected();
    boolean wasAnother = quarantinedAt != null && !quarantinedAt.plus(ANOTHER_WITHIN).isDue(now);
    int enough = wasAnother || !isEmpty() ? TRIES_OF_ANOTHER : TRIES;
    return next.rejections() >= enough ? aside(entry, false) : suspecting(next);
  }

  /** An event in its turn drew a 5xx. */
  PoisonEventPolicy serverError(SpoolEntry entry, Moment now) {
    Suspect next = suspectFor(entry).serverError(now);
    boolean isEnough =
        next.serverErrors() >= SERVER_ERRORS
            && next.since() != null
            && next.since().plus(SERVER_ERRORS_OVER).isDue(now);
    return isEnough ? aside(entry, true) : suspecting(next);
  }

  /** The file of an event could not be read. */
  PoisonEventPolicy unread(SpoolEntry entry, boolean canOthers) {
    return suspecting(suspectFor(entry).unread(canOthers));
  }

  /** Whether an event alone cannot be read, again and again. */
  boolean isUnreadable(SpoolEntry entry) {
    return suspectFor(entry).unreadable() >= UNREADABLE;
  }

  /**
   * Something was taken.
   *
   * @param taken {@code null} for a heartbeat
   */
  PoisonEventPolicy taken(@Nullable SpoolEntry taken) {
    PoisonEventPolicy rest = taken == null ? this : without(taken);
    Suspect passed = rest.suspect == null ? null : rest.suspect.passed();
    return new PoisonEventPolicy(passed, rest.setAside, quarantinedAt)
        .marked(one -> one.onceMore(true));
  }

  /** The one try more said nothing about the event: it waits for the next. */
  PoisonEventPolicy undecided() {
    return marked(one -> one.onceMore(false));
  }

  PoisonEventPolicy quarantined(SpoolEntry entry, Moment now) {
    PoisonEventPolicy rest = without(entry);
    return new PoisonEventPolicy(rest.suspect, rest.setAside, now);
  }

  /** An event waits no more. */
  PoisonEventPolicy without(SpoolEntry gone) {
    return new PoisonEventPolicy(
        suspect == null || suspect.entry().equals(gone) ? null : suspect,
        setAside.stream().filter(one -> !one.entry().equals(gone)).toList(),
        quarantinedAt);
  }

  private Suspect suspectFor(SpoolEntry entry) {
    return suspect != null && suspect.entry().equals(entry)
        ? suspect
        : new Suspect(entry, 0, 0, null, false, 0);
  }

  private PoisonEventPolicy suspecting(Suspect newSuspect) {
    return new PoisonEventPolicy(newSuspect, setAside, quarantinedAt);
  }

  private PoisonEventPolicy aside(SpoolEntry entry, boolean forServerErrors) {
    List<SetAside> more = new ArrayList<>(setAside);
    more.add(new SetAside(entry, forServerErrors, false));
    return new PoisonEventPolicy(null, more, quarantinedAt);
  }

  private PoisonEventPolicy marked(UnaryOperator<SetAside> mark) {
    return new PoisonEventPolicy(suspect, setAside.stream().map(mark).toList(), quarantinedAt);
  }
}
