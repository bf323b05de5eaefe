package org.kextwatch.agent.mac;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;

/** So many seconds to sleep, like nobody else: the argument by which processes are found. */
public final class Nap {
  private static final Set<String> TAKEN = ConcurrentHashMap.newKeySet();

  private final String seconds = "7" + ThreadLocalRandom.current().nextInt(10_000_000, 100_000_000);

  public Nap() {
    TAKEN.add(seconds);
  }

  /** Whether a command line sleeps one of the naps of this JVM. */
  public static boolean isNamedIn(String command) {
    return TAKEN.stream().anyMatch(command::contains);
  }

  /** The living processes that have it among their arguments. */
  List<ProcessHandle> alive() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> argumentsOf(process).contains(seconds)).toList();
    }
  }

  /** A killed process is still listed for a moment. */
  public void assertNobodyIsLeft() {
    try {
      Patience.until(this::alive, List::isEmpty);
    } finally {
      end();
    }
  }

  public void end() {
    alive().forEach(ProcessHandle::destroyForcibly);
  }

  private static String argumentsOf(ProcessHandle process) {
    return process.info().arguments().stream().flatMap(Stream::of).collect(Collectors.joining(" "));
  }

  @Override
  public String toString() {
    return seconds;
  }
}
