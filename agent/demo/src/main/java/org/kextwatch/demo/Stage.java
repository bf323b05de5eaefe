package org.kextwatch.demo;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.kextwatch.demo.Act.MissedStepException;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.SimulatedMac;

/**
 * The Mac, the operator and the timeline of an act. An act waits for each step instead of a fixed
 * time, so that it also succeeds on a slow machine.
 */
record Stage(SimulatedMac mac, Operator operator, Timeline timeline, StoryTiming timing) {

  /** Far more than any step takes, on a busy machine too. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration REMINDER = Duration.ofSeconds(30);

  /** Gives the reader time before something happens. */
  void pause() throws InterruptedException {
    Thread.sleep(timing.pause().toMillis());
  }

  void show(Lane lane, String text) {
    timeline.show(lane, text);
  }

  /** Shows the advice of the last event. */
  void showAdvice() {
    timeline.show(Lane.OPERATOR, "what to do: " + operator.lastAdvice());
  }

  /** Waits until the operator has this many events, counted from the start of the act. */
  void awaitEvents(int events, String meaning) throws InterruptedException, MissedStepException {
    await(Lane.OPERATOR, meaning, () -> operator.received() >= events);
  }

  /** Waits until a condition is true, and shows that it is. */
  void await(Lane lane, String step, BooleanSupplier condition)
      throws InterruptedException, MissedStepException {
    long start = System.nanoTime();
    long remindAt = REMINDER.toNanos();
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (condition.getAsBoolean()) {
        timeline.done(lane, step);
        return;
      }
      if (System.nanoTime() - start > remindAt) {
        timeline.show(lane, "not yet: " + step);
        remindAt += REMINDER.toNanos();
      }
      Thread.sleep(50);
    }
    timeline.missed(lane, step, PATIENCE);
    throw new MissedStepException(step);
  }
}
