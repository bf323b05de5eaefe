package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** strace(1): the system calls of a program, seen and made to fail. */
public final class SystemCalls {
  /** All by which a file is touched, under the names that they have on any Linux. */
  private static final String TRACED =
      "trace=?openat,?read,?write,?pwrite64,?fsync,?fdatasync,?rename,?renameat,?renameat2,?unlink,"
          + "?unlinkat,?mkdir,?mkdirat,?getdents64,?chmod,?fchmod,?fchmodat,?statx,?newfstatat,"
          + "?fstat";

  private SystemCalls() {}

  /** What stands before a program to have its calls written to a file. */
  public static List<String> seen(Path trace) {
    return strace(Stream.of("-y", "-s", "1", "-e", TRACED, "-o", trace.toString()));
  }

  /**
   * What stands before a program to have calls of it fail, and these written to a file.
   *
   * @param files only calls that touch these count; none for all
   */
  public static List<String> failing(
      Path trace, Collection<Fault> faults, Collection<String> files) {
    Stream<String> quiet = Stream.of("-s", "1", "-o", trace.toString());
    Stream<String> some = files.stream().flatMap(file -> Stream.of("-P", file));
    Stream<String> calls = Stream.of("-e", "trace=" + String.join(",", names(faults)));
    Stream<String> wrong = faults.stream().flatMap(fault -> Stream.of("-e", fault.toString()));
    return strace(Stream.of(quiet, some, calls, wrong).flatMap(part -> part));
  }

  private static Set<String> names(Collection<Fault> faults) {
    Set<String> names = new TreeSet<>();
    faults.forEach(fault -> names.add(fault.call()));
    return names;
  }

  private static List<String> strace(Stream<String> options) {
    Stream<String> all = Stream.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none");
    return Stream.concat(all, options).toList();
  }

  /**
   * A system call that fails.
   *
   * @param when the how manieth of its thread, such as {@code 3}, or {@code 3+5}: that one and each
   *     fifth after it
   */
  public record Fault(String call, String error, String when) {
    @Override
    public String toString() {
      return "inject=%s:error=%s:when=%s".formatted(call, error, when);
    }
  }

  /** A call that touched a file. */
  public record Call(String name, List<String> files, String line) {
    private static final Pattern NAME = Pattern.compile("^\\d+ +([a-z0-9_]+)\\(");

    /** The call of a line that touches a file in a folder. */
    private static Optional<Call> of(String line, Path folder) {
      Matcher name = NAME.matcher(line);
      Matcher file =
          Pattern.compile("[<\"](" + Pattern.quote(folder.toString()) + "[^>\"]*)").matcher(line);
      List<String> files = file.results().map(found -> found.group(1)).toList();
      return name.find() && !files.isEmpty()
          ? Optional.of(new Call(name.group(1), files, line))
          : Optional.empty();
    }

    /** What it does to the disk, in the words of a step; empty for a look. */
    private Optional<String> deed() {
      String first = files.get(0);
      boolean opens = name.equals("openat") && line.contains("O_CREAT");
      return switch (name) {
        case "openat" -> opens ? Optional.of("enter " + first) : Optional.empty();
        case "write", "pwrite64" -> Optional.of("write " + first);
        case "fsync", "fdatasync" -> Optional.of("force " + first);
        case "rename", "renameat", "renameat2" -> Optional.of("move " + first + " " + files.get(1));
        case "unlink", "unlinkat" -> Optional.of("delete " + first);
        default -> Optional.empty();
      };
    }
  }

  /** The calls of a program that touched a folder. */
  public static List<Call> in(Path trace, Path folder) throws IOException {
    List<Call> calls = new ArrayList<>();
    for (String line : Files.readAllLines(trace)) {
      Call.of(line, folder).ifPresent(calls::add);
    }
    return calls;
  }

  /** How many calls of a name were made to fail. */
  public static long failed(Path trace, String name) throws IOException {
    try (Stream<String> lines = Files.lines(trace)) {
      return lines.filter(line -> line.contains(name) && line.contains("(INJECTED)")).count();
    }
  }

  public static List<String> deeds(List<Call> calls) {
    return calls.stream().flatMap(call -> call.deed().stream()).toList();
  }

  public static Set<String> files(List<Call> calls) {
    Set<String> files = new TreeSet<>();
    calls.forEach(call -> files.addAll(call.files()));
    return files;
  }

  /** Each of the first calls of each name, failing in each way. */
  public static List<Fault> faults(List<Call> calls, int first, List<String> errors) {
    Map<String, Integer> counts = new TreeMap<>();
    calls.forEach(call -> counts.merge(call.name(), 1, Integer::sum));
    List<Fault> faults = new ArrayList<>();
    counts.forEach(
        (name, count) -> {
          for (int i = 1; i <= Math.min(first, count); i++) {
            for (String error : errors) {
              faults.add(new Fault(name, error, Integer.toString(i)));
            }
          }
        });
    return faults;
  }
}
