package org.kextwatch.agent.delivery;

import java.util.Optional;
import java.util.Set;
import org.kextwatch.agent.spool.SpoolEntry;

/** What the choice of the next event needs to know of those that wait and may be sent. */
interface WaitingEvents {
  /** What waits longest, apart from some. */
  Optional<SpoolEntry> oldestBut(Set<SpoolEntry> some);

  /** The newest {@code status.changed}, or the newest event if there is none; apart from one. */
  Optional<SpoolEntry> newestBut(SpoolEntry one);

  /** Whether nothing from this event on is more than the news of a start. */
  boolean isStartOnly(SpoolEntry from);
}
