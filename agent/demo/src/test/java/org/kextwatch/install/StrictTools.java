package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;

/** The tools of this machine, as they are or behind a guard that takes no more than a Mac's. */
public final class StrictTools {
  static final Path SIMULATED = Script.AGENT.resolve("demo/src/test/resources/simulated");

  private StrictTools() {}

  /** Links them into a folder that is to be the whole PATH. */
  public static void link(Path bin) throws IOException {
    for (String[] row : rows()) {
      Files.createSymbolicLink(bin.resolve(row[0]), real(row[0]));
    }
  }

  /**
   * Writes the guards into a folder that is to be the whole PATH.
   *
   * @param misused the file that each call which a Mac would refuse is noted in
   */
  static void write(Path bin, Path misused) throws IOException {
    for (String[] row : rows()) {
      write(bin, misused, row);
    }
  }

  /**
   * Writes into a folder that is to be the whole PATH tools that note what they were given.
   *
   * @param log the file that arguments and environment of each call are written to
   */
  public static void watch(Path bin, Path log) throws IOException {
    for (String[] row : rows()) {
      Script.write(bin.resolve(row[0]), noting(log) + "exec '" + real(row[0]) + "' \"$@\"");
    }
  }

  /** Lines of a shell script that write its arguments and environment to a file. */
  public static String noting(Path log) {
    return "{ printf '%s\\n' \"$0\" \"$@\"; /usr/bin/env; } >>'" + log + "'\n";
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(SIMULATED.resolve("strict-tools.tsv")).stream()
        .filter(row -> !row.startsWith("#"))
        .map(row -> row.split("\t"))
        .toList();
  }

  private static Path real(String tool) {
    return Stream.of("/usr/bin", "/bin", "/usr/sbin")
        .map(folder -> Path.of(folder, tool))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private static void write(Path bin, Path misused, String[] row) throws IOException {
    String script =
        Files.readString(SIMULATED.resolve("strict-tool"))
            .replace("OPTIONS", row[1])
            .replace("OPERANDS", row[2])
            .replace("REAL", real(row[0]).toString())
            .replace("LOG", misused.toString());
    Script.write(bin.resolve(row[0]), script);
  }
}
