package org.kextwatch.program;

import java.util.concurrent.atomic.AtomicInteger;

/** Says once every ten runs how far a long benchmark is. Thread-safe. */
public final class BenchProgress {
  private final String what;
  private final int all;
  private final AtomicInteger done = new AtomicInteger();

  /**
   * The progress of one benchmark.
   *
   * @param what is counted, in the plural
   * @param all how many there will be
   */
  public BenchProgress(String what, int all) {
    this.what = what;
    this.all = all;
  }

  /** One more is done. */
  public void step() {
    int count = done.incrementAndGet();
    if (count % 10 == 0 || count == all) {
      System.out.printf("%d of %d %s%n", count, all, what);
    }
  }
}
