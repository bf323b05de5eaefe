package org.kextwatch.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class UlidTest {
  @Test
  void theTimeIsTheOneOfTheSpecificationsExample() {
    // github.com/ulid/spec: ulid(1469918176385) is 01ARYZ6S41…
    assertEquals("01ARYZ6S410000000000000000", at(1_469_918_176_385L, () -> 0).next());
  }

  @Test
  void allRandomBitsAreUsed() {
    assertEquals("0000000000ZZZZZZZZZZZZZZZZ", at(0, () -> -1).next());
  }

  @Test
  void idsSortByTime() {
    String earlier = at(1_700_000_000_000L, () -> -1).next();
    String later = at(1_700_000_000_001L, () -> 0).next();
    assertTrue(earlier.compareTo(later) < 0);
  }

  @Test
  void noIdComesTwice() {
    Ulid ulid = new Ulid();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      assertTrue(seen.add(ulid.next()));
    }
  }

  private static Ulid at(long millis, RandomGenerator random) {
    return new Ulid(InstantSource.fixed(Instant.ofEpochMilli(millis)), random);
  }
}
