package org.kextwatch.agent.webhook;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Tests that are mostly a wait, many at once and each a row of its own. */
final class AtOnce {
  private static final int THREADS = 48;

  private AtOnce() {}

  interface Check<T> {
    void of(T one) throws Exception;
  }

  static <T> Stream<DynamicTest> each(List<T> all, Check<T> check) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> checks =
        all.stream().<Future<?>>map(one -> threads.submit(() -> run(check, one))).toList();
    threads.shutdown();
    IntFunction<DynamicTest> row =
        i -> DynamicTest.dynamicTest(all.get(i).toString(), () -> checks.get(i).get());
    return IntStream.range(0, all.size()).mapToObj(row);
  }

  private static <T> boolean run(Check<T> check, T one) throws Exception {
    check.of(one);
    return true;
  }
}
