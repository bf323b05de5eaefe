package org.kextwatch.program;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kextwatch.demo.receiver.Received;

/**
 * What must be true of the numbers of one stream: they only rise, and each that is missing is in a
 * range that exactly one event tells to be dropped. If the sender may not know that this one has
 * arrived, it may drop it too, and tell its range again.
 */
final class SequenceCheck {
  private static final String DROPPED = "org.kextwatch.events.dropped";
  private static final JsonAdapter<Object> JSON = new Moshi.Builder().build().adapter(Object.class);

  private final Map<Long, String> received = new HashMap<>();
  private final Map<Long, Long> dropped = new HashMap<>();
  private final Set<Long> retold = new TreeSet<>();
  private final List<String> flaws = new ArrayList<>();
  private final Set<String> doubtful;
  private long last;

  /**
   * Looks at a stream.
   *
   * @param stream in the order of first arrival, each event once
   * @param doubtful events of which the sender may not know that they have arrived: it may have
   *     dropped them after that
   */
  SequenceCheck(List<Received> stream, Set<String> doubtful) {
    this.doubtful = doubtful;
    stream.forEach(this::arrive);
    stream.stream().filter(event -> DROPPED.equals(event.type())).forEach(this::drop);
    for (long teller : retold) {
      if (!dropped.containsKey(teller)) {
        flaws.add("what #" + teller + " drops is told again, and it is not itself dropped");
      }
    }
    for (long number = 1; number <= last; number++) {
      if (!received.containsKey(number) && !dropped.containsKey(number)) {
        flaws.add("number " + number + " is missing, and nothing says so");
      }
    }
  }

  List<String> flaws() {
    return List.copyOf(flaws);
  }

  /** How many events were told to be dropped, and have not arrived. */
  long lost() {
    return dropped.keySet().stream().filter(number -> !received.containsKey(number)).count();
  }

  private void arrive(Received event) {
    long number = event.sequence();
    String other = received.putIfAbsent(number, event.id());
    if (other != null) {
      flaws.add("number " + number + " is of " + other + " and of " + event.id());
    } else if (number < last) {
      flaws.add("number " + number + " comes after " + last);
    }
    last = Math.max(last, number);
  }

  private void drop(Received event) {
    Map<?, ?> data = data(event);
    long from = number(data, "fromSequence");
    long to = number(data, "toSequence");
    if (number(data, "count") != to - from + 1) {
      flaws.add("#%d does not tell as many as from %d to %d".formatted(event.sequence(), from, to));
    }
    for (long number = from; number <= to; number++) {
      Long before = dropped.putIfAbsent(number, event.sequence());
      if (before != null && doubtful.contains(received.get(before))) {
        retold.add(before);
      } else if (before != null) {
        flaws.add("#%d drops %d, as #%d did".formatted(event.sequence(), number, before));
      } else if (received.containsKey(number) && !doubtful.contains(received.get(number))) {
        flaws.add("#%d drops %d, which has arrived".formatted(event.sequence(), number));
      } else if (number >= event.sequence()) {
        flaws.add("#%d drops %d, which is to come".formatted(event.sequence(), number));
      }
    }
  }

  private static Map<?, ?> data(Received event) {
    try {
      return (Map<?, ?>) ((Map<?, ?>) JSON.fromJson(event.body())).get("data");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long number(Map<?, ?> data, String name) {
    return ((Double) data.get(name)).longValue();
  }
}
