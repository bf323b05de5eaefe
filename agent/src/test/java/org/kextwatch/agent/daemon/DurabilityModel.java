package org.kextwatch.agent.daemon;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has promised the world, and so must keep whatever happens.
 *
 * @param stream of its events, {@code null} before it has one
 * @param tried the bodies that it was told to commit, by number
 * @param accepted the numbers that are durable
 * @param gone the numbers whose events may be gone for good, being delivered
 * @param givenUp the numbers whose events may be gone, if that is noted or told
 * @param attempts of the loader that count, because one may have been made
 */
record DurabilityModel(
    @Nullable String stream,
    Map<Long, ByteString> tried,
    Set<Long> accepted,
    Set<Long> gone,
    Set<Long> givenUp,
    int attempts) {
  static final DurabilityModel NONE =
      new DurabilityModel(null, Map.of(), Set.of(), Set.of(), Set.of(), 0);

  DurabilityModel in(String name) {
    return new DurabilityModel(name, tried, accepted, gone, givenUp, attempts);
  }

  DurabilityModel tries(long number, ByteString body) {
    Map<Long, ByteString> more = new TreeMap<>(tried);
    more.put(number, body);
    return new DurabilityModel(stream, more, accepted, gone, givenUp, attempts);
  }

  DurabilityModel accepts(long number) {
    return new DurabilityModel(stream, tried, with(accepted, number), gone, givenUp, attempts);
  }

  DurabilityModel delivers(long number) {
    return new DurabilityModel(stream, tried, accepted, with(gone, number), givenUp, attempts);
  }

  DurabilityModel givesUp(long number) {
    return new DurabilityModel(stream, tried, accepted, gone, with(givenUp, number), attempts);
  }

  /** Goes on with what was found, which is safe now. */
  DurabilityModel finding(Map<Long, ByteString> waiting) {
    Map<Long, ByteString> known = new TreeMap<>(tried);
    known.putAll(waiting);
    Set<Long> safe = new TreeSet<>(accepted);
    safe.addAll(waiting.keySet());
    return new DurabilityModel(stream, known, safe, gone, givenUp, attempts);
  }

  DurabilityModel attempts(int number) {
    return new DurabilityModel(stream, tried, accepted, gone, givenUp, number);
  }

  private static Set<Long> with(Set<Long> numbers, long another) {
    Set<Long> more = new TreeSet<>(numbers);
    more.add(another);
    return more;
  }
}
