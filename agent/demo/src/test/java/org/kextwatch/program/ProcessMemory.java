package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the processes of a daemon have resident, from each one's first minutes to its end. */
final class ProcessMemory {
  /** Of the process as a whole; its heap may have 48 MiB. */
  private static final long MOST_KIB = 160 << 10;

  private static final int MOST_FILES = 200;
  private static final int MOST_THREADS = 60;

  /** Until then it has loaded its classes and compiled what it runs often. */
  private static final long WARM_SECONDS = 60;

  /** What it may have more at its end than when it was warm. */
  private static final long GROWTH_KIB = 24 << 10;

  private static final int STEPS = 5;

  private record Sample(long second, long kib, long threads, long files) {
    @Override
    public String toString() {
      return "%d s: %d KiB, %d threads, %d files".formatted(second, kib, threads, files);
    }
  }

  private final long start = System.nanoTime();
  private final Map<Long, List<Sample>> samples = new LinkedHashMap<>();

  /** Looks at a process that runs. */
  void look(long pid) throws IOException {
    Path process = Path.of("/proc", "" + pid);
    long files;
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      files = open.count();
    }
    Sample sample =
        new Sample(
            Duration.ofNanos(System.nanoTime() - start).toSeconds(),
            number(process.resolve("status"), "VmRSS:"),
            number(process.resolve("status"), "Threads:"),
            files);
    samples.computeIfAbsent(pid, unused -> new ArrayList<>()).add(sample);
    assertTrue(sample.kib < MOST_KIB, sample::toString);
    assertTrue(files < MOST_FILES && sample.threads < MOST_THREADS, sample::toString);
  }

  private static long number(Path file, String name) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  /** No process has grown since it was warm. */
  void assertFlat() {
    for (List<Sample> life : samples.values()) {
      List<Sample> warm =
          life.stream()
              .filter(sample -> sample.second >= life.get(0).second + WARM_SECONDS)
              .toList();
      if (!warm.isEmpty()) {
        Sample last = warm.get(warm.size() - 1);
        assertTrue(last.kib <= warm.get(0).kib + GROWTH_KIB, () -> warm.get(0) + "; " + last);
      }
    }
  }

  /** For each process its first sample, its last, and some between them. */
  List<String> table() {
    return samples.values().stream().map(life -> "process, " + some(life)).toList();
  }

  private static String some(List<Sample> life) {
    int last = life.size() - 1;
    return IntStream.rangeClosed(0, STEPS)
        .mapToObj(step -> life.get(last * step / STEPS).toString())
        .distinct()
        .collect(Collectors.joining("; "));
  }
}
