package org.kextwatch.agent.report;

import java.time.Duration;

/** What the delivery does next. */
sealed interface Step {

  /** Tries an event. */
  record Send(SpoolEntry entry, Purpose purpose) implements Step {}

  /** Tries a heartbeat. */
  record Beat() implements Step {}

  /** Does nothing for a while. */
  record Rest(Duration time) implements Step {}

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
