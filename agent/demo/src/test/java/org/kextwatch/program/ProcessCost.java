package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a process costs, as Linux counts it. */
public final class ProcessCost {
  private static final Duration TICK = Duration.ofMillis(10);

  private ProcessCost() {}

  /**
   * How often each thread has waited for something.
   *
   * @param counts for each thread, named {@code id name}
   */
  record WakeUps(Map<String, Long> counts) {
    /** How often a second since then; a thread that is new counts from its start. */
    double perSecondSince(WakeUps before, Duration time) {
      long count = 0;
      for (Map.Entry<String, Long> thread : counts.entrySet()) {
        count += thread.getValue() - before.counts.getOrDefault(thread.getKey(), 0L);
      }
      return count * 1e9 / time.toNanos();
    }
  }

  static WakeUps wakeUps(long pid) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc", "" + pid, "task"))) {
      for (Path task : tasks.toList()) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          counts.put(task.getFileName() + " " + name, voluntary(task.resolve("status")));
        } catch (NoSuchFileException e) {
          // it has ended
        }
      }
    }
    return new WakeUps(counts);
  }

  private static long voluntary(Path status) throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /** Its own processor time. */
  public static Duration own(long pid) throws IOException {
    return ticks(pid, List.of(11, 12));
  }

  /** Its own processor time and that of every process that it has started and waited for. */
  static Duration withTools(long pid) throws IOException {
    return ticks(pid, List.of(11, 12, 13, 14));
  }

  /** The fields of {@code /proc/PID/stat}, counted from the state: utime, stime, cutime, cstime. */
  private static Duration ticks(long pid, List<Integer> fields) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + pid, "stat"));
    String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return TICK.multipliedBy(fields.stream().mapToLong(i -> Long.parseLong(values[i])).sum());
  }

  /**
   * A line of {@code smaps_rollup} in MiB.
   *
   * @param name such as {@code Rss:} or {@code Anonymous:}
   */
  public static double mebibytes(long pid, String name) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + pid, "smaps_rollup")).stream()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0)
        .findFirst()
        .orElseThrow();
  }

  /** How many files and sockets it has open. */
  public static int descriptors(long pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc", "" + pid, "fd"))) {
      return (int) files.count();
    }
  }
}
