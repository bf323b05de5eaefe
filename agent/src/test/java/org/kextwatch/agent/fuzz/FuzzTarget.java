package org.kextwatch.agent.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One of our parsers, and what must be true whatever it gets.
 *
 * @param seeds good inputs, most of them recorded
 * @param check parses an input and throws if something is wrong with the result
 */
public record FuzzTarget(String name, List<byte[]> seeds, Check<byte[]> check) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long MEMORY = 128L << 20;
  private static final int MEMORY_OF_A_BYTE = 1_000;

  /** Parses one input. */
  @FunctionalInterface
  public interface Check<T> {
    void on(T input) throws Exception;
  }

  /** A parser of text. */
  public static FuzzTarget ofText(String name, List<String> seeds, Check<String> check) {
    return new FuzzTarget(
        name,
        seeds.stream().map(seed -> seed.getBytes(StandardCharsets.UTF_8)).toList(),
        input -> check.on(new String(input, StandardCharsets.UTF_8)));
  }

  /** Checks one input, and that it needs no more memory than is reasonable. */
  public void run(byte[] input) {
    long memory = THREADS.getCurrentThreadAllocatedBytes();
    try {
      check.on(input.clone());
    } catch (Exception e) {
      throw new AssertionError(name + ": " + e, e);
    }
    long used = THREADS.getCurrentThreadAllocatedBytes() - memory;
    check(
        used <= MEMORY + (long) MEMORY_OF_A_BYTE * input.length,
        name + ": " + (used >> 10) + " KiB of memory for " + input.length + " bytes");
  }

  /** Fails with a message; what fuzzing finds is not always seen with assertions on. */
  public static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
