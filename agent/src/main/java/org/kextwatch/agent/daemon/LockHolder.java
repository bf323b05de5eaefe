package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The check that holds the lock, as it writes itself into the file. */
record LockHolder(long pid, Instant startedAt) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,10}) (\\d{1,15})\\s*");

  /** Linux derives the start of a process from a clock that is corrected now and then. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  /** This process; empty if its start time is not known. */
  static Optional<LockHolder> self() {
    return of(ProcessHandle.current());
  }

  private static Optional<LockHolder> of(ProcessHandle process) {
    return process.info().startInstant().map(start -> new LockHolder(process.pid(), start));
  }

  static Optional<LockHolder> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Instant start = Instant.ofEpochMilli(Long.parseLong(parts.group(2)));
    return Optional.of(new LockHolder(Long.parseLong(parts.group(1)), start));
  }

  String text() {
    return pid + " " + startedAt.toEpochMilli() + "\n";
  }

  /** The process, unless it has ended and another process has its number. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(process -> of(process).filter(this::isSame).isPresent());
  }

  private boolean isSame(LockHolder other) {
    Duration apart = Duration.between(startedAt, other.startedAt).abs();
    return pid == other.pid && apart.compareTo(TOLERANCE) <= 0;
  }

  /** Kills it with the processes that it has started: a suspended one ignores SIGTERM. */
  static void end(ProcessHandle process) {
    Stream.concat(process.descendants(), Stream.of(process))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
  }
}
