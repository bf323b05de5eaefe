package org.kextwatch.agent.delivery;

import java.util.Optional;
import java.util.Set;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;

/**
 * The events of a spool that the saved state counts.
 *
 * @param last the highest sequence number that the state counts
 */
record DeliverableEvents(Spool spool, long last) implements WaitingEvents {

  boolean isEmpty() {
    return oldestExcept(Set.of()).isEmpty();
  }

  @Override
  public Optional<SpoolEntry> oldestExcept(Set<SpoolEntry> excluded) {
    return spool.oldestExcept(excluded).filter(this::isCounted);
  }

  @Override
  public Optional<SpoolEntry> newestExcept(SpoolEntry excluded) {
    return spool
        .newest(entry -> isOther(entry, excluded), head -> head.is(EventType.STATUS_CHANGED))
        .or(() -> spool.newest(entry -> isOther(entry, excluded)));
  }

  @Override
  public boolean hasOnlyStartsFrom(SpoolEntry first) {
    return spool
        .newest(this::isCounted, head -> !head.is(EventType.AGENT_STARTED))
        .filter(urgent -> urgent.sequence() >= first.sequence())
        .isEmpty();
  }

  private boolean isOther(SpoolEntry entry, SpoolEntry excluded) {
    return isCounted(entry) && !entry.equals(excluded);
  }

  private boolean isCounted(SpoolEntry entry) {
    return entry.sequence() <= last;
  }
}
