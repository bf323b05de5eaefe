package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.spool.SpoolEntry;

/** What the delivery does next. */
sealed interface NextStep {

  /** Tries an event. */
  record Send(SpoolEntry entry, Purpose purpose) implements NextStep {}

  /** Tries a heartbeat. */
  record Beat() implements NextStep {}

  /** Does nothing for a while. */
  record Rest(Duration time) implements NextStep {}

  /** Why an event is tried. */
  enum Purpose {
    /** It is its turn. */
    IN_ORDER,
    /** It was set aside, and something else has been taken since. */
    ONCE_MORE,
    /** It waits longest, while the endpoint is at fault. */
    ROUND,
    /** It is the newest: whether the endpoint takes anything at all. */
    PROBE
  }
}
