package org.kextwatch.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How much of this project a Mac gets.
 *
 * @param lines of Java
 * @param classes nested ones too
 * @param kilobytes of all that is installed, the libraries too
 * @param gain what a user gains by it; empty where nothing has grown
 */
public record HouseSize(String date, long lines, long classes, long kilobytes, String gain) {
  private static final Path HISTORY = Script.AGENT.resolve("src/test/resources/house-size.tsv");

  /** The sizes that were allowed, the one in force last. */
  static List<HouseSize> history() throws IOException {
    List<HouseSize> history = new ArrayList<>();
    for (String line : Files.readAllLines(HISTORY)) {
      if (!line.startsWith("#")) {
        String[] cells = line.split("\t", -1);
        history.add(
            new HouseSize(
                cells[0],
                Long.parseLong(cells[1]),
                Long.parseLong(cells[2]),
                Long.parseLong(cells[3]),
                cells[4].strip()));
      }
    }
    return history;
  }

  /** The sizes that are allowed now. */
  public static HouseSize inForce() throws IOException {
    List<HouseSize> history = history();
    return history.get(history.size() - 1);
  }

  boolean isLargerThan(HouseSize other) {
    return lines > other.lines || classes > other.classes || kilobytes > other.kilobytes;
  }

  /** The lines of all Java files below a folder. */
  static long lines(Path folder) throws IOException {
    long lines = 0;
    for (Path file : files(folder, ".java")) {
      lines += Files.readAllLines(file).size();
    }
    return lines;
  }

  /** The files below a folder whose names end so. */
  public static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    }
  }
}
