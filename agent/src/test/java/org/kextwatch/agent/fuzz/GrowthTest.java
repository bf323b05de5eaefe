package org.kextwatch.agent.fuzz;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eight times the length takes about eight times the time of the processor, whatever is repeated
 * and wherever it stands. For more: -Dkextwatch.growth=1000 -Dkextwatch.seed=2.
 */
class GrowthTest {
  private static final int INPUTS = Integer.getInteger("kextwatch.growth", 1);
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_127);
  private static final int LONG = 1 << 20;
  private static final int TIMES = 8;

  /** What grows with the square takes 64 times the time. */
  private static final int GENEROUS = 3;

  /** Less is no matter, and too little to measure. */
  private static final long NANOS = 200_000_000;

  private static final int TRIES = 2;

  static Stream<FuzzTarget> targets() {
    return FuzzTargets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void theTimeGrowsWithTheLengthAlone(FuzzTarget target) throws InterruptedException {
    Random random = new Random(SEED);
    for (int i = 0; i < INPUTS; i++) {
      growsEvenly(target, Growing.any(target.seeds(), random));
    }
  }

  private static void growsEvenly(FuzzTarget target, Growing input) throws InterruptedException {
    SmallThread thread = new SmallThread(target);
    long took = thread.nanosOf(input.ofLength(LONG));
    if (took <= NANOS) {
      return;
    }
    long part = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      took = Math.min(took, thread.nanosOf(input.ofLength(LONG)));
      part = Math.min(part, thread.nanosOf(input.ofLength(LONG / TIMES)));
    }
    assertTrue(
        took <= NANOS + TIMES * GENEROUS * part,
        "%s takes %,d ns for %d bytes, and %,d ns for %d: %s"
            .formatted(target, took, LONG, part, LONG / TIMES, input));
  }

  @Test
  void whatGrowsWithTheSquareIsFound() {
    FuzzTarget square = FuzzTarget.ofText("square", List.of("a"), text -> burn(text.length()));
    Growing spaces = new Growing("a", " ", "b");
    assertThrows(AssertionError.class, () -> growsEvenly(square, spaces));
  }

  private static void burn(double length) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double end = threads.getCurrentThreadCpuTime() + 5e8 * (length / LONG) * (length / LONG);
    while (threads.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
  }
}
