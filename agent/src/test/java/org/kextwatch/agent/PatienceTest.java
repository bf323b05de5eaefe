package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void itEndsWithTheFirstThatIsExpected() {
    assertEquals(3, Patience.until(looks::incrementAndGet, look -> look >= 3));
    Patience.until(() -> looks.get() == 3);
  }

  @Test
  void itEndsInTimeAndTellsWhatWasSeenLast() {
    AssertionError error =
        assertThrows(
            AssertionError.class,
            () -> Patience.within(SHORT, looks::incrementAndGet, look -> look < 0));
    assertTrue(error.getMessage().endsWith("last seen was " + looks), error::getMessage);
  }

  @Test
  void whatCameWhileItLookedAwayCounts() {
    long start = System.nanoTime();
    assertTrue(Patience.within(SHORT, () -> System.nanoTime() - start > 0, late -> late));
    assertTrue(Patience.within(Duration.ZERO, () -> looks.incrementAndGet() > 0, seen -> seen));
    assertEquals(1, looks.get());
  }

  @Test
  void aLookThatFailsEndsIt() {
    assertThrows(
        IOException.class,
        () ->
            Patience.until(
                () -> {
                  throw new IOException("gone");
                }));
  }
}
