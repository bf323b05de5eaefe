package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;

/**
 * Limits for attempts that only a limit ends. They are short; where the machine was too slow for
 * one, longer ones are tried.
 */
final class AttemptLimits {
  /** How late an attempt may end; one that its limit does not end would go on for minutes. */
  static final Duration SLACK = Duration.ofSeconds(60);

  private static final int STEP = 4;

  private AttemptLimits() {}

  /** Something that is done within a limit. */
  interface Play {
    void within(Duration limit) throws Exception;
  }

  /** The limit was over before it came to what was to be seen. */
  static final class TooSlow extends AssertionError {
    private static final long serialVersionUID = 1L;

    TooSlow(String what) {
      super(what);
    }
  }

  /**
   * Plays, again with longer limits if need be.
   *
   * @param first limit
   * @param last no limit is longer
   */
  static void grow(Duration first, Duration last, Play play) throws Exception {
    for (Duration limit = first; ; limit = limit.multipliedBy(STEP)) {
      try {
        play.within(limit);
        return;
      } catch (TooSlow e) {
        if (limit.multipliedBy(STEP).compareTo(last) > 0) {
          throw e;
        }
      }
    }
  }

  /** What an attempt was, unless its time was up too early. */
  static void assertMeant(Set<DeliveryOutcome> meant, SendResult sent) {
    if (!meant.contains(sent.outcome()) && sent.note().endsWith("no answer in time")) {
      throw new TooSlow(sent.note());
    }
    assertTrue(meant.contains(sent.outcome()), sent::toString);
  }
}
