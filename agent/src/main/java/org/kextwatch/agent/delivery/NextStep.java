package org.kextwatch.agent.delivery;

import java.time.Duration;
import org.kextwatch.agent.spool.SpoolEntry;

/** What the delivery does next. */
sealed interface NextStep {

  /** Send an event. */
  record SendEvent(SpoolEntry entry, Purpose purpose) implements NextStep {}

  /** Make a heartbeat and send it. */
  record SendHeartbeat() implements NextStep {}

  /** Send nothing for this long. */
  record Wait(Duration time) implements NextStep {}

  /** Why an event is sent. */
  enum Purpose {
    /** It is the oldest event that is not set aside. */
    IN_ORDER,
    /** It was set aside, and something else was delivered since. If rejected, it is quarantined. */
    RECHECK,
    /** The endpoint seems to be at fault: test it with the oldest event. */
    OLDEST_PROBE,
    /** As {@link #OLDEST_PROBE}, with the newest event. */
    NEWEST_PROBE
  }
}
