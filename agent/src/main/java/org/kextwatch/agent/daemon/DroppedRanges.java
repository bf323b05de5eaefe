package org.kextwatch.agent.daemon;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;

/**
 * Events of the stream that were dropped: how many in all, and the ranges that are not reported
 * yet.
 *
 * @param untold ranges not reported yet; neighbours with the same reason are one range
 */
record DroppedRanges(long events, List<DroppedData> untold) {
  static final DroppedRanges NONE = new DroppedRanges(0, List.of());

  /** Limits the state even if a disk damages every second event. */
  private static final int MAX_RANGES = 64;

  DroppedRanges {
    events = Math.max(0, events);
    untold = untold.stream().filter(DroppedRanges::isPossible).toList();
  }

  /** Any other is damage, and would make events disappear that nobody has dropped. */
  private static boolean isPossible(DroppedData range) {
    return range.fromSequence() >= 0
        && range.fromSequence() <= range.toSequence()
        && range.count() >= 1
        && range.count() <= range.toSequence() - range.fromSequence() + 1;
  }

  /** Without what is said of events after this number, which there have not been. */
  DroppedRanges upTo(long sequence) {
    return new DroppedRanges(
        events, untold.stream().filter(range -> range.toSequence() <= sequence).toList());
  }

  /** One more event was dropped. */
  DroppedRanges with(long sequence, DropReason reason) {
    return new DroppedRanges(events + 1, joined(new DroppedData(sequence, sequence, 1, reason)));
  }

  /** One more event was dropped that is not reported: it was itself a report of dropped events. */
  DroppedRanges withSilent() {
    return new DroppedRanges(events + 1, untold);
  }

  /** Adds a range again whose report was itself dropped. */
  DroppedRanges withAgain(DroppedData range) {
    return new DroppedRanges(events, joined(range));
  }

  /** A range was reported; what was added to it since is not. */
  DroppedRanges told(DroppedData range) {
    List<DroppedData> rest = new ArrayList<>();
    for (DroppedData one : untold) {
      if (one.equals(range)) {
        continue;
      }
      if (isWhole(one) && one.reason() == range.reason() && contains(one, range)) {
        part(one.fromSequence(), range.fromSequence() - 1, one.reason()).ifPresent(rest::add);
        part(range.toSequence() + 1, one.toSequence(), one.reason()).ifPresent(rest::add);
      } else {
        rest.add(one);
      }
    }
    return new DroppedRanges(events, rest);
  }

  private static boolean contains(DroppedData one, DroppedData other) {
    return one.fromSequence() <= other.fromSequence() && other.toSequence() <= one.toSequence();
  }

  private static Optional<DroppedData> part(long from, long to, DropReason reason) {
    return from > to
        ? Optional.empty()
        : Optional.of(new DroppedData(from, to, to - from + 1, reason));
  }

  /** Why an event was dropped, if it was and that is not reported yet. */
  Optional<DropReason> reasonFor(long sequence) {
    return untold.stream()
        .filter(range -> isWhole(range))
        .filter(range -> range.fromSequence() <= sequence && sequence <= range.toSequence())
        .map(DroppedData::reason)
        .findFirst();
  }

  /** A range that had to be joined from too many has gaps: it says nothing of a single event. */
  private static boolean isWhole(DroppedData range) {
    return range.count() == range.toSequence() - range.fromSequence() + 1;
  }

  private List<DroppedData> joined(DroppedData more) {
    List<DroppedData> ranges = new ArrayList<>(untold);
    ranges.add(more);
    ranges.sort(Comparator.comparingLong(DroppedData::fromSequence));
    join(ranges, 1, 1);
    join(ranges, Long.MAX_VALUE, MAX_RANGES);
    return ranges;
  }

  /** Joins what is no farther apart and has one reason, until there are no more than enough. */
  private static void join(List<DroppedData> ranges, long distance, int enough) {
    int i = 1;
    while (i < ranges.size() && ranges.size() > enough) {
      DroppedData left = ranges.get(i - 1);
      DroppedData right = ranges.get(i);
      if (left.reason() == right.reason() && right.fromSequence() - left.toSequence() <= distance) {
        long count = left.count() + right.count();
        ranges.set(
            i - 1, new DroppedData(left.fromSequence(), right.toSequence(), count, left.reason()));
        ranges.remove(i);
      } else {
        i++;
      }
    }
  }
}
