package org.kextwatch.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kextwatch.demo.receiver.Delivery;

/**
 * Checks the numbers of one stream: they only rise, and each missing number is in the range of
 * exactly one {@code events.dropped}. If the sender may not know that this event has arrived, it
 * may drop it too and report its range again.
 */
final class SequenceCheck {
  private static final String DROPPED = "org.kextwatch.events.dropped";

  private final Map<Long, String> received = new HashMap<>();
  private final Map<Long, Long> dropped = new HashMap<>();
  private final Set<Long> reportedAgain = new TreeSet<>();
  private final List<String> flaws = new ArrayList<>();
  private final Set<String> doubtful;
  private long last;

  /**
   * Checks a stream.
   *
   * @param stream in the order of first arrival, each event once
   * @param doubtful ids of events that arrived without the sender knowing it: it may have dropped
   *     them after that
   */
  SequenceCheck(List<Delivery> stream, Set<String> doubtful) {
    this.doubtful = doubtful;
    stream.forEach(this::arrive);
    stream.stream().filter(event -> DROPPED.equals(event.type())).forEach(this::drop);
    for (long report : reportedAgain) {
      if (!dropped.containsKey(report)) {
        flaws.add(
            "the range of #%d is reported again, and #%d is not dropped".formatted(report, report));
      }
    }
    for (long number = 1; number <= last; number++) {
      if (!received.containsKey(number) && !dropped.containsKey(number)) {
        flaws.add("number " + number + " is missing and not reported as dropped");
      }
    }
  }

  List<String> flaws() {
    return List.copyOf(flaws);
  }

  /** How many events were reported as dropped and have not arrived. */
  long lost() {
    return dropped.keySet().stream().filter(number -> !received.containsKey(number)).count();
  }

  private void arrive(Delivery event) {
    long number = event.sequence();
    String other = received.putIfAbsent(number, event.id());
    if (other != null) {
      flaws.add("number " + number + " is of " + other + " and of " + event.id());
    } else if (number < last) {
      flaws.add("number " + number + " comes after " + last);
    }
    last = Math.max(last, number);
  }

  private void drop(Delivery event) {
    long from = number(event, "fromSequence");
    long to = number(event, "toSequence");
    if (number(event, "count") != to - from + 1) {
      flaws.add(
          "#%d does not count as many as from %d to %d".formatted(event.sequence(), from, to));
    }
    for (long number = from; number <= to; number++) {
      Long before = dropped.putIfAbsent(number, event.sequence());
      if (before != null && doubtful.contains(received.get(before))) {
        reportedAgain.add(before);
      } else if (before != null) {
        flaws.add("#%d drops %d, as #%d did".formatted(event.sequence(), number, before));
      } else if (received.containsKey(number) && !doubtful.contains(received.get(number))) {
        flaws.add("#%d drops %d, which has arrived".formatted(event.sequence(), number));
      } else if (number >= event.sequence()) {
        flaws.add("#%d drops %d, which comes later".formatted(event.sequence(), number));
      }
    }
  }

  private static long number(Delivery event, String name) {
    return event.data(name) instanceof Double number ? number.longValue() : -1;
  }
}
