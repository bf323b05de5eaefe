package org.kextwatch.agent.demo;

import java.util.ArrayList;
import java.util.List;
import org.kextwatch.agent.receiver.Received;

/** The fleet operator: keeps what arrives, and knows the story that should. */
final class Operator {
  private final Timeline timeline;
  private final List<Told> story = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private int heartbeats;

  Operator(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Gets a delivery; called by the receiver's threads. */
  synchronized void receive(Received event) {
    Told told = Told.of(event);
    if (told.isNumbered() || !event.verified()) {
      timeline.delivered(told.line(), event.verified());
      check(told);
      story.add(told);
      notifyAll();
    } else {
      heartbeats++;
    }
  }

  private void check(Told told) {
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
    int place = story.size();
    if (place >= Expected.STORY.size()) {
      complaints.add(told.line() + ": was not to come");
    } else if (!Expected.STORY.get(place).isMetBy(told)) {
      complaints.add(told.line() + ": expected was " + Expected.STORY.get(place));
    }
  }

  synchronized int received() {
    return story.size();
  }

  synchronized int heartbeats() {
    return heartbeats;
  }

  /** What was wrong; empty if every step came, in order, once, and signed. */
  synchronized List<String> complaints() {
    List<String> all = new ArrayList<>(complaints);
    for (int i = story.size(); i < Expected.STORY.size(); i++) {
      all.add("never came: " + Expected.STORY.get(i));
    }
    return all;
  }
}
