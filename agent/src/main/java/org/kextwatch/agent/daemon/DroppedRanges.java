package org.kextwatch.agent.daemon;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;

/**
 * What of the stream was given up: how many events in all, and the ranges that the fleet was not
 * told of yet.
 *
 * @param untold by their numbers; neighbours with one reason are one range
 */
record DroppedRanges(long events, List<DroppedData> untold) {
  static final DroppedRanges NONE = new DroppedRanges(0, List.of());

  /** So that not even a disk that damages every second event makes the state grow for ever. */
  private static final int MAX_RANGES = 64;

  DroppedRanges {
    untold = List.copyOf(untold);
  }

  /** One more event is gone. */
  DroppedRanges with(long sequence, DropReason reason) {
    return new DroppedRanges(events + 1, joined(new DroppedData(sequence, sequence, 1, reason)));
  }

  /** One more is gone, and of all news that one will not be told. */
  DroppedRanges withSilent() {
    return new DroppedRanges(events + 1, untold);
  }

  /** A range that was to be told is untold again: the news of it is itself gone. */
  DroppedRanges withAgain(DroppedData range) {
    return new DroppedRanges(events, joined(range));
  }

  /** The fleet is being told; what has joined the range since is still untold. */
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

  /** Why an event was given up, if it was and that is still to be told. */
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
