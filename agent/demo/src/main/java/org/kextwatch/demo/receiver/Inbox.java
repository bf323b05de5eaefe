package org.kextwatch.demo.receiver;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived so far, as far as is needed to know an event again and to see that one is
 * missing. It remembers a bounded number of events and streams, the newest. Thread-safe.
 */
final class Inbox {
  private static final int EVENTS = 10_000;
  private static final int STREAMS = 10_000;

  private final Map<String, Boolean> events = new Newest<>(EVENTS);
  private final Map<String, Long> streams = new Newest<>(STREAMS);

  /**
   * How one delivery follows what came before.
   *
   * @param duplicate the event was here already
   * @param missing how many numbers of its stream were skipped right before it
   */
  record Place(boolean duplicate, long missing) {}

  /**
   * Takes note of a verified event.
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
    // Whoever starts to listen in the middle of a stream has missed nothing that was meant for it.
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
