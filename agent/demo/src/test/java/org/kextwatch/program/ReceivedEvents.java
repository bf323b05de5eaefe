package org.kextwatch.program;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Schemas;
import org.kextwatch.demo.receiver.Received;

/** Everything an operator has received, and what must be true of it whatever happened. */
public final class ReceivedEvents {
  private static final JsonAdapter<Object> JSON = new Moshi.Builder().build().adapter(Object.class);

  private final List<Received> all = new ArrayList<>();
  private final Set<String> doubtful = new HashSet<>();

  public synchronized void add(Received event) {
    all.add(event);
    notifyAll();
  }

  /** Events with a number, in the order of their first arrival, each once. */
  synchronized List<Received> stream() {
    Map<String, Received> byId = new LinkedHashMap<>();
    all.stream()
        .filter(event -> event.sequence() != null)
        .forEach(event -> byId.putIfAbsent(event.id(), event));
    return List.copyOf(byId.values());
  }

  public synchronized List<Received> ofType(String type) {
    return all.stream().filter(event -> ("org.kextwatch." + type).equals(event.type())).toList();
  }

  /** Waits for an event of a type whose body holds a text. */
  public synchronized Received await(String type, String text) throws InterruptedException {
    long end = System.nanoTime() + Patience.AMPLE.toNanos();
    while (true) {
      for (Received event : ofType(type)) {
        if (event.body().contains(text)) {
          return event;
        }
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(
            "no %s with %s in time; received were %s"
                .formatted(type, text, all.stream().map(Received::type).toList()));
      }
      wait(Math.max(1, left));
    }
  }

  /** The sender may not know that the last event has arrived: it was ended, or got no answer. */
  synchronized void doubtLast() {
    if (!all.isEmpty()) {
      doubtful.add(all.get(all.size() - 1).id());
    }
  }

  synchronized int duplicates() {
    return (int) all.stream().filter(Received::duplicate).count();
  }

  synchronized SequenceCheck numbers() {
    return new SequenceCheck(stream(), Set.copyOf(doubtful));
  }

  /**
   * What is wrong with the stream as a whole: a number that is missing without a word, used twice
   * or out of order, a signature that does not hold, a change that does not follow on the one
   * before it (which would be a change that was lost, or told twice), a body that is not as the
   * schemas say.
   */
  public synchronized List<String> flaws() {
    List<String> flaws = new ArrayList<>(numbers().flaws());
    long expected = 1;
    Map<String, Object> known = new TreeMap<>();
    for (Received event : stream()) {
      if (event.sequence() != expected) {
        known.clear(); // what was dropped in between may have told of anything
      }
      expected = event.sequence() + 1;
      changes(event).forEach(change -> follow(change, known, event, flaws));
    }
    all.stream()
        .filter(event -> !event.verified())
        .forEach(event -> flaws.add("a wrong signature: " + event.id()));
    all.forEach(event -> flaws.addAll(Schemas.flaws(event.body())));
    return flaws;
  }

  private static void follow(
      Map<?, ?> change, Map<String, Object> known, Received event, List<String> flaws) {
    String field = String.valueOf(change.get("field"));
    if (known.containsKey(field) && !Objects.equals(known.get(field), change.get("from"))) {
      flaws.add(
          "#%d says that %s was %s, it was told as %s"
              .formatted(event.sequence(), field, change.get("from"), known.get(field)));
    }
    known.put(field, change.get("to"));
  }

  @SuppressWarnings("unchecked") // our own document, whose form other tests hold
  private static List<Map<?, ?>> changes(Received event) {
    try {
      Map<?, ?> body = (Map<?, ?>) JSON.fromJson(event.body());
      Object changes = ((Map<?, ?>) body.get("data")).get("changes");
      return changes == null ? List.of() : (List<Map<?, ?>>) changes;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
