package org.kextwatch.agent.delivery;

import java.util.Optional;
import java.util.Set;
import org.kextwatch.agent.spool.SpoolEntry;

/** The events that may be sent, as far as the choice of the next one needs to know them. */
interface WaitingEvents {
  /** The oldest event that is not one of these. */
  Optional<SpoolEntry> oldestExcept(Set<SpoolEntry> excluded);

  /** The newest {@code status.changed} except this, or the newest event if there is none. */
  Optional<SpoolEntry> newestExcept(SpoolEntry excluded);

  /** Whether this event and all newer ones are {@code agent.started}. */
  boolean hasOnlyStartsFrom(SpoolEntry first);
}
