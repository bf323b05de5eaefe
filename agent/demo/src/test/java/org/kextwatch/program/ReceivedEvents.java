package org.kextwatch.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Schemas;
import org.kextwatch.demo.receiver.Delivery;

/** All deliveries that a test has received, and the rules that they must follow. */
public final class ReceivedEvents {
  private final List<Delivery> all = new ArrayList<>();
  private final Set<String> doubtful = new HashSet<>();

  public synchronized void add(Delivery event) {
    all.add(event);
    notifyAll();
  }

  /** Events with a number, in the order of their first arrival, each once. */
  synchronized List<Delivery> stream() {
    Map<String, Delivery> byId = new LinkedHashMap<>();
    all.stream()
        .filter(event -> event.sequence() != null)
        .forEach(event -> byId.putIfAbsent(event.id(), event));
    return List.copyOf(byId.values());
  }

  public synchronized List<Delivery> ofType(String type) {
    return all.stream().filter(event -> ("org.kextwatch." + type).equals(event.type())).toList();
  }

  /** Waits for an event of a type whose body contains a text. */
  public synchronized Delivery await(String type, String text) throws InterruptedException {
    long end = System.nanoTime() + Patience.AMPLE.toNanos();
    while (true) {
      for (Delivery event : ofType(type)) {
        if (event.body().contains(text)) {
          return event;
        }
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(
            "no %s with %s in time; received were %s"
                .formatted(type, text, all.stream().map(Delivery::type).toList()));
      }
      wait(Math.max(1, left));
    }
  }

  /** The sender may not know that the last event has arrived: it was killed, or got no answer. */
  synchronized void doubtLast() {
    if (!all.isEmpty()) {
      doubtful.add(all.get(all.size() - 1).id());
    }
  }

  /** How many deliveries have arrived, duplicates too. */
  synchronized int arrivals() {
    return all.size();
  }

  synchronized int duplicates() {
    return (int) all.stream().filter(Delivery::duplicate).count();
  }

  synchronized SequenceCheck numbers() {
    return new SequenceCheck(stream(), Set.copyOf(doubtful));
  }

  /**
   * What is wrong with the stream as a whole: a number that is missing and not reported as dropped,
   * used twice or out of order; a signature that is not valid; a change whose {@code from} is not
   * the last {@code to} of its field (a change was lost or repeated); an event that came again in
   * other words; a body that violates its schema.
   */
  public synchronized List<String> flaws() {
    List<String> flaws = new ArrayList<>(numbers().flaws());
    long expected = 1;
    Map<String, Object> known = new TreeMap<>();
    for (Delivery event : stream()) {
      if (event.sequence() != expected) {
        known.clear(); // dropped events may have changed anything
      }
      expected = event.sequence() + 1;
      if (event.data("changes") instanceof List<?> changes) {
        changes.forEach(change -> follow((Map<?, ?>) change, known, event, flaws));
      }
    }
    Map<String, String> bodies = new HashMap<>();
    for (Delivery event : all) {
      String first = bodies.putIfAbsent(event.id(), event.body());
      if (event.sequence() != null && first != null && !first.equals(event.body())) {
        flaws.add(event.id() + " came again in other words");
      }
    }
    all.stream()
        .filter(event -> !event.verified())
        .forEach(event -> flaws.add("an invalid signature: " + event.id()));
    all.forEach(event -> flaws.addAll(Schemas.flaws(event.body())));
    return flaws;
  }

  private static void follow(
      Map<?, ?> change, Map<String, Object> known, Delivery event, List<String> flaws) {
    String field = String.valueOf(change.get("field"));
    if (known.containsKey(field) && !Objects.equals(known.get(field), change.get("from"))) {
      flaws.add(
          "#%d says that %s was %s, the last event said %s"
              .formatted(event.sequence(), field, change.get("from"), known.get(field)));
    }
    known.put(field, change.get("to"));
  }
}
