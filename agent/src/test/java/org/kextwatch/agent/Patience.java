package org.kextwatch.agent;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Waits for what comes soon on a machine at rest, with patience for one that has much else to do.
 */
public final class Patience {
  public static final Duration AMPLE = Duration.ofMinutes(3);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private Patience() {}

  /** A look at what changes by itself. */
  public interface Look<T, E extends Exception> {
    T take() throws E;
  }

  /** Waits until something is so. */
  public static <E extends Exception> void until(Look<Boolean, E> holds) throws E {
    until(holds, Boolean::booleanValue);
  }

  /** Looks until what is seen is as expected, and returns it. */
  public static <T, E extends Exception> T until(Look<T, E> look, Predicate<? super T> expected)
      throws E {
    return within(AMPLE, look, expected);
  }

  /** The same for what must not take longer, or may. */
  public static <T, E extends Exception> T within(
      Duration limit, Look<T, E> look, Predicate<? super T> expected) throws E {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      boolean isLast = System.nanoTime() > end;
      T seen = look.take();
      if (expected.test(seen)) {
        return seen;
      }
      if (isLast) {
        throw new AssertionError("in %s it did not come; last seen was %s".formatted(limit, seen));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
