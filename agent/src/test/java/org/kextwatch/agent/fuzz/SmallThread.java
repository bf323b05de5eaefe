package org.kextwatch.agent.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * Runs a target in a thread whose stack is that of the daemon's threads, and gives up on an input
 * that takes far too long. That is measured as time of the processor, which other processes cannot
 * use up.
 */
final class SmallThread {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** {@code -Xss} of the launcher. */
  private static final int STACK = 512 << 10;

  /** What grows with the square of an input of a megabyte takes minutes. */
  private static final long CPU_NANOS = 10_000_000_000L;

  private static final long POLL_MILLIS = 50;
  private static final int SHOWN = 3_000;

  private final FuzzTarget target;
  private volatile byte[] current = new byte[0];
  private volatile long begun;
  private volatile long taken;
  private volatile Throwable failure;

  SmallThread(FuzzTarget target) {
    this.target = target;
  }

  void run(Stream<byte[]> inputs) throws InterruptedException {
    Thread thread = new Thread(null, () -> inputs.forEach(this::run), "fuzz", STACK);
    thread.setDaemon(true); // one that does not end is left behind
    thread.setUncaughtExceptionHandler((any, e) -> failure = e);
    thread.start();
    while (thread.isAlive() && THREADS.getThreadCpuTime(thread.getId()) - begun < CPU_NANOS) {
      thread.join(POLL_MILLIS);
    }
    if (thread.isAlive()) {
      failure = new AssertionError("it takes too long");
    }
    if (failure != null) {
      throw new AssertionError(
          "%s, on %d bytes: %s".formatted(failure, current.length, shown(current)), failure);
    }
  }

  private void run(byte[] input) {
    current = input;
    begun = THREADS.getCurrentThreadCpuTime();
    target.run(input);
    taken = THREADS.getCurrentThreadCpuTime() - begun;
  }

  /** The time of the processor that one input takes. */
  long nanosOf(byte[] input) throws InterruptedException {
    run(Stream.of(input));
    return taken;
  }

  private static String shown(byte[] input) {
    return HexFormat.of().formatHex(input, 0, Math.min(input.length, SHOWN));
  }
}
