package org.kextwatch.demo;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.kextwatch.demo.Act.Missed;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.SimulatedMac;

/**
 * Where an act is played: its Mac, its operator, and the timeline that tells it. An act waits for
 * what must come, however slow the machine is, and no step depends on a moment.
 */
record Stage(SimulatedMac mac, Operator operator, Timeline timeline, StoryTiming pace) {

  /** Far more than any step takes: a busy machine is no reason to fail. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration REMINDER = Duration.ofSeconds(30);

  /** A new part begins. */
  void chapter(String title) {
    timeline.chapter(title);
  }

  /** Leaves the reader time before something happens. */
  void breathe() throws InterruptedException {
    Thread.sleep(pace.breath().toMillis());
  }

  void tell(Lane lane, String text) {
    timeline.tell(lane, text);
  }

  /** Waits until the operator has got so many events, counted from the start of the act. */
  void hears(int events, String what) throws InterruptedException, Missed {
    await(Lane.OPERATOR, what, () -> operator.received() >= events);
  }

  /** The operator reads what the last event says about the way out. */
  void readsAdvice() {
    timeline.tell(Lane.OPERATOR, "what to do: " + operator.lastAdvice());
  }

  /** Waits until something is so. */
  void await(Lane lane, String what, BooleanSupplier condition)
      throws InterruptedException, Missed {
    long start = System.nanoTime();
    long remindAt = REMINDER.toNanos();
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (condition.getAsBoolean()) {
        timeline.arrived(lane, what);
        return;
      }
      if (System.nanoTime() - start > remindAt) {
        timeline.tell(lane, "not yet: " + what);
        remindAt += REMINDER.toNanos();
      }
      Thread.sleep(50);
    }
    timeline.missed(lane, what, PATIENCE);
    throw new Missed(what);
  }
}
