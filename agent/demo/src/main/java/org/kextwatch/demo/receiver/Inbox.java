package org.kextwatch.demo.receiver;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds duplicates and gaps. It remembers the newest ids and streams, a bounded number of each.
 * Thread-safe.
 */
final class Inbox {
  private static final int EVENTS = 10_000;
  private static final int STREAMS = 10_000;

  private final Map<String, Boolean> events = new Newest<>(EVENTS);
  private final Map<String, Long> streams = new Newest<>(STREAMS);

  /**
   * How one delivery follows the earlier ones.
   *
   * @param duplicate this event has arrived before
   * @param missing how many numbers of its stream were skipped right before it
   */
  record Place(boolean duplicate, long missing) {}

  /**
   * Adds a verified event.
   *
   * @param stream {@code null} for an event outside any stream: a heartbeat, a test
   * @param sequence its number there, {@code null} likewise
   */
  synchronized Place add(String id, @Nullable String stream, @Nullable Long sequence) {
    if (events.putIfAbsent(id, true) != null) {
      return new Place(true, 0);
    }
    if (stream == null || sequence == null) {
      return new Place(false, 0);
    }
    Long last = streams.get(stream);
    streams.merge(stream, sequence, Math::max);
    // The first event of a stream here may have any number: earlier ones were sent to others.
    return new Place(false, last == null ? 0 : Math.max(0, sequence - last - 1));
  }

  private static final class Newest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1L;

    private final int limit;

    Newest(int limit) {
      this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > limit;
    }
  }
}
