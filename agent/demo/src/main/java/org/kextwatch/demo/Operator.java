package org.kextwatch.demo;

import java.util.ArrayList;
import java.util.List;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.demo.receiver.Delivery;

/** The fleet operator: collects the events of an act and compares them with the expected ones. */
final class Operator {
  private final Timeline timeline;
  private final List<ExpectedEvent> expected;
  private final List<StoryEvent> events = new ArrayList<>();
  private final List<String> flaws = new ArrayList<>();
  private int heartbeats;

  Operator(Timeline timeline, List<ExpectedEvent> expected) {
    this.timeline = timeline;
    this.expected = expected;
  }

  /** Takes a delivery; the receiver's threads call it. */
  synchronized void receive(Delivery delivery) {
    if (delivery.verified() && delivery.sequence() == null) {
      heartbeats++;
      return;
    }
    StoryEvent event = new StoryEvent(delivery);
    timeline.delivered(event.line(), delivery.verified());
    check(event, delivery);
    events.add(event);
  }

  private void check(StoryEvent event, Delivery delivery) {
    if (!delivery.verified()) {
      addFlaw(event, "the signature is not valid");
    }
    if (delivery.duplicate()) {
      addFlaw(event, "arrived twice");
    }
    if (delivery.gap() > 0) {
      addFlaw(event, "%d missing before it".formatted(delivery.gap()));
    }
    if ("at_risk".equals(event.data("status", "verdict")) && event.advice().isEmpty()) {
      addFlaw(event, "has no advice");
    }
    int index = events.size();
    if (index >= expected.size()) {
      addFlaw(event, "not expected");
    } else if (!expected.get(index).matches(event)) {
      addFlaw(event, "expected was " + expected.get(index));
    }
  }

  private void addFlaw(StoryEvent event, String flaw) {
    flaws.add(event.line() + ": " + flaw);
  }

  synchronized int received() {
    return events.size();
  }

  synchronized int heartbeats() {
    return heartbeats;
  }

  /** The advice of the last event; empty if nothing arrived, or nothing must be done. */
  synchronized String lastAdvice() {
    return events.isEmpty() ? "" : events.get(events.size() - 1).advice();
  }

  /** Empty if every expected event arrived, in order, once, and signed. */
  synchronized List<String> flaws() {
    List<String> all = new ArrayList<>(flaws);
    for (int i = events.size(); i < expected.size(); i++) {
      all.add("did not arrive: " + expected.get(i));
    }
    return all;
  }

  /** Shows each flaw. */
  void showFlaws() {
    flaws().forEach(flaw -> timeline.show(Lane.OPERATOR, "✗ " + flaw));
  }
}
