package org.kextwatch.agent.delivery;

import java.util.Optional;
import java.util.Set;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;

/**
 * The events of a spool that the saved state counts.
 *
 * @param last the number of the last of them
 */
record DeliverableEvents(Spool spool, long last) implements WaitingEvents {

  boolean isEmpty() {
    return oldestBut(Set.of()).isEmpty();
  }

  @Override
  public Optional<SpoolEntry> oldestBut(Set<SpoolEntry> some) {
    return spool.oldestBut(some).filter(this::isCounted);
  }

  @Override
  public Optional<SpoolEntry> newestBut(SpoolEntry one) {
    return spool
        .newest(entry -> isOther(entry, one), head -> is(head, EventType.STATUS_CHANGED))
        .or(() -> spool.newest(entry -> isOther(entry, one), head -> true));
  }

  @Override
  public boolean isStartOnly(SpoolEntry from) {
    return spool
        .newest(this::isCounted, head -> !is(head, EventType.AGENT_STARTED))
        .filter(urgent -> urgent.sequence() >= from.sequence())
        .isEmpty();
  }

  /** Whether the file of any other event can be read. */
  boolean canReadAnother(SpoolEntry than) {
    return spool.newest(entry -> !entry.equals(than), Optional::isPresent).isPresent();
  }

  private boolean isOther(SpoolEntry entry, SpoolEntry one) {
    return isCounted(entry) && !entry.equals(one);
  }

  private boolean isCounted(SpoolEntry entry) {
    return entry.sequence() <= last;
  }

  private static boolean is(Optional<SpooledEvent.Head> head, EventType type) {
    return head.filter(known -> known.is(type)).isPresent();
  }
}
