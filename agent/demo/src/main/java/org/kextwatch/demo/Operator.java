package org.kextwatch.demo;

import java.util.ArrayList;
import java.util.List;
import org.kextwatch.demo.receiver.Received;

/** The fleet operator: keeps what arrives in an act, and knows what should. */
final class Operator {
  private final Timeline timeline;
  private final List<ExpectedEvent> expected;
  private final List<ReceivedEvent> story = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private int heartbeats;

  Operator(Timeline timeline, List<ExpectedEvent> expected) {
    this.timeline = timeline;
    this.expected = expected;
  }

  /** Gets a delivery; called by the receiver's threads. */
  synchronized void receive(Received event) {
    ReceivedEvent told = ReceivedEvent.of(event);
    if (told.isNumbered() || !event.verified()) {
      timeline.delivered(told.line(), event.verified());
      check(told);
      story.add(told);
    } else {
      heartbeats++;
    }
  }

  private void check(ReceivedEvent told) {
    Received event = told.event();
    if (!event.verified()) {
      complaints.add(told.line() + ": the signature is wrong");
    }
    if (event.duplicate()) {
      complaints.add(told.line() + ": came twice");
    }
    if (event.gap() > 0) {
      complaints.add(told.line() + ": " + event.gap() + " events are missing before it");
    }
    if ("at_risk".equals(told.value("data", "status", "verdict")) && told.advice().isEmpty()) {
      complaints.add(told.line() + ": does not say what to do");
    }
    int place = story.size();
    if (place >= expected.size()) {
      complaints.add(told.line() + ": was not to come");
    } else if (!expected.get(place).isMetBy(told)) {
      complaints.add(told.line() + ": expected was " + expected.get(place));
    }
  }

  synchronized int received() {
    return story.size();
  }

  synchronized int heartbeats() {
    return heartbeats;
  }

  /**
   * What the last event says about the way out; empty if nothing came, or nothing is to be done.
   */
  synchronized String lastAdvice() {
    return story.isEmpty() ? "" : story.get(story.size() - 1).advice();
  }

  /** What was wrong; empty if every step came, in order, once, and signed. */
  synchronized List<String> complaints() {
    List<String> all = new ArrayList<>(complaints);
    for (int i = story.size(); i < expected.size(); i++) {
      all.add("never came: " + expected.get(i));
    }
    return all;
  }
}
