package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import okio.ByteString;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;

/** What is wrong with what an agent finds as it starts, by what was promised before. */
final class Violations {
  private static final ByteString NEWS_OF_LOSSES = ByteString.encodeUtf8("events.dropped");

  private final List<String> breaches = new ArrayList<>();
  private final DurabilityModel promise;
  private final State state;
  private final Map<Long, ByteString> waiting;

  Violations(DurabilityModel promise, State state, Spool spool) throws IOException {
    this.state = state;
    this.waiting = handedOut(spool);
    waiting.forEach(
        (number, body) -> {
          if (!body.equals(promise.tried().get(number))) {
            breaches.add("not what was committed: " + number);
          }
        });
    this.promise = promise.finding(waiting);
  }

  /** As the delivery reads it; what is found to be damaged is not handed out. */
  private Map<Long, ByteString> handedOut(Spool spool) throws IOException {
    Map<Long, ByteString> bodies = new TreeMap<>();
    for (SpoolEntry entry : spool.pending()) {
      Optional<byte[]> body = spool.read(entry);
      if (body.isPresent() && bodies.put(entry.sequence(), ByteString.of(body.get())) != null) {
        breaches.add("a number twice: " + entry.sequence());
      }
    }
    return bodies;
  }

  Map<Long, ByteString> waiting() {
    return waiting;
  }

  List<String> all() {
    return breaches;
  }

  /**
   * Whether each event is where it should be, and will be told once.
   *
   * @param counted the last number that the state on disk counts
   */
  void lookForNumbers(long counted) throws IOException {
    long lastChange = 0;
    long last = 0;
    List<DroppedData> noted = new ArrayList<>(state.losses().untold());
    for (long number : promise.accepted()) {
      ByteString body = promise.tried().get(number);
      last = number;
      if (body.indexOf(NEWS_OF_LOSSES) < 0) {
        lastChange = number;
      } else if (waiting.containsKey(number) || promise.gone().contains(number)) {
        noted.add(SpooledEvent.read(body.toByteArray()).loss());
      }
    }
    if (state.sequence() < last || counted < last) {
      breaches.add("used again: " + last);
    }
    if (!Objects.equals(state.told(), lastChange == 0 ? null : DurableLife.status(lastChange))) {
      breaches.add("told again: " + lastChange);
    }
    if (state.loads().attempts() < promise.attempts()) {
      breaches.add("the loader has run and that is not known");
    }
    lookForLosses(noted);
  }

  private void lookForLosses(List<DroppedData> noted) {
    Set<Long> lost = new TreeSet<>();
    for (DroppedData range : noted) {
      for (long number = range.fromSequence(); number <= range.toSequence(); number++) {
        if (!lost.add(number)) {
          breaches.add("a loss told twice: " + number);
        }
      }
    }
    for (long number : promise.accepted()) {
      boolean isThere = waiting.containsKey(number);
      boolean mayBeGone = promise.gone().contains(number);
      boolean isNoted = promise.givenUp().contains(number) && lost.contains(number);
      if (!isThere && !mayBeGone && !isNoted) {
        breaches.add("lost: " + number);
      }
      if (isThere && lost.contains(number)) {
        breaches.add("given up and still told: " + number);
      }
    }
  }

  /** Whether anything was left unfinished. */
  void lookFor(Collection<Path> files) {
    for (Path file : files) {
      if (file.getParent().endsWith("tmp") || file.toString().endsWith(".new")) {
        breaches.add("left over: " + file.getFileName());
      }
    }
  }
}
