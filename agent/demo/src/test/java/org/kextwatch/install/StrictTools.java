package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;

/** The tools of this machine, each behind a guard that takes no more than a Mac's would. */
final class StrictTools {
  static final Path SIMULATED = Script.AGENT.resolve("demo/src/test/resources/simulated");

  private StrictTools() {}

  /**
   * Writes them into a folder that is to be the whole PATH.
   *
   * @param misused the file that each call which a Mac would refuse is noted in
   */
  static void write(Path bin, Path misused) throws IOException {
    for (String row : Files.readAllLines(SIMULATED.resolve("strict-tools.tsv"))) {
      if (!row.startsWith("#")) {
        write(bin, misused, row.split("\t"));
      }
    }
  }

  private static void write(Path bin, Path misused, String[] row) throws IOException {
    Path real =
        Stream.of("/usr/bin", "/bin", "/usr/sbin")
            .map(folder -> Path.of(folder, row[0]))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    String script =
        Files.readString(SIMULATED.resolve("strict-tool"))
            .replace("OPTIONS", row[1])
            .replace("OPERANDS", row[2])
            .replace("REAL", real.toString())
            .replace("LOG", misused.toString());
    Script.write(bin.resolve(row[0]), script);
  }
}
