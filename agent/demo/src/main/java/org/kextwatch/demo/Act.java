package org.kextwatch.demo;

import java.util.List;
import org.kextwatch.simulator.MacModel;

/**
 * One act of the demo.
 *
 * @param expected the events that must arrive, in this order, and no others
 * @param chapters all but the end of the daemon, which is the same in every act
 */
record Act(String title, MacModel model, List<ExpectedEvent> expected, List<Chapter> chapters) {

  /** A part of an act, below its own heading. */
  record Chapter(String title, Steps steps) {}

  /** The steps of a chapter. */
  @FunctionalInterface
  interface Steps {
    void play(Stage stage) throws InterruptedException, MissedStepException;
  }

  /** A step that an act waits for did not happen in time. The timeline has shown it. */
  static final class MissedStepException extends Exception {
    private static final long serialVersionUID = 1L;

    MissedStepException(String step) {
      super(step);
    }
  }
}
