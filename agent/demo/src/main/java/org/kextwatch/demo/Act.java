package org.kextwatch.demo;

import java.util.List;
import org.kextwatch.simulator.MacModel;

/** One act of the demo: a Mac, what happens to it, and what the operator must hear of it. */
interface Act {

  /** What it is about, for the head of its columns. */
  String title();

  /** The Mac that it happens to. */
  MacModel model();

  /** These events, in this order, and no others. */
  List<ExpectedEvent> expected();

  /**
   * All of it but the end of the daemon, which is the same in every act.
   *
   * @throws Missed if something that must come has not come
   */
  void play(Stage stage) throws InterruptedException, Missed;

  /** What must come has not come, and the timeline has told so. */
  @SuppressWarnings("serial") // nobody keeps one
  final class Missed extends Exception {
    Missed(String what) {
      super(what);
    }
  }
}
