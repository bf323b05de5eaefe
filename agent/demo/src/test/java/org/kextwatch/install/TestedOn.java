package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.install.MacReport.Outcome;

/**
 * The table of the Macs that the program was tested on, made from the reports that were sent in.
 *
 * @param reports in any order
 */
record TestedOn(List<MacReport> reports) {
  static final Path FOLDER = Script.AGENT.resolve("docs/tested-on");

  private static final String HEAD =
      """
      | macOS | chip | MDM | date | agent | as expected | differs | no answer |
      |---|---|---|---|---|---|---|---|
      """;

  /** What it says of no Mac. */
  private static final String NOT_YET = "| not yet | | | | | | | |\n";

  private static final Comparator<MacReport> NEWEST_MAC_FIRST =
      Comparator.comparing((MacReport report) -> numbers(report.macOs()))
          .reversed()
          .thenComparing(MacReport::chip)
          .thenComparing(MacReport::mdm)
          .thenComparing(MacReport::date);

  /**
   * Of the reports in a folder, each a file whose name ends with {@code .txt}.
   *
   * @throws IllegalArgumentException with the file that is no report, and why
   */
  static TestedOn of(Path folder) throws IOException {
    List<MacReport> reports = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
        try {
          reports.add(MacReport.parse(Files.readString(file)));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file.getFileName() + ", " + e.getMessage(), e);
        }
      }
    }
    return new TestedOn(reports);
  }

  /** In Markdown. */
  String table() {
    StringBuilder table = new StringBuilder(HEAD);
    reports.stream().sorted(NEWEST_MAC_FIRST).forEach(report -> table.append(row(report)));
    return table.append(reports.isEmpty() ? NOT_YET : "").toString();
  }

  private static String row(MacReport report) {
    List<String> different =
        report.answers().entrySet().stream()
            .filter(answer -> answer.getValue().outcome() == Outcome.DIFFERS)
            .map(answer -> "`" + answer.getKey() + "`")
            .toList();
    return "| %s | %s | %s | %s | %s | %d | %s | %d |\n"
        .formatted(
            report.macOs(),
            report.chip(),
            report.mdm(),
            report.date(),
            report.agent(),
            report.count(Outcome.AS_EXPECTED),
            different.isEmpty() ? "0" : String.join(", ", different),
            report.count(Outcome.CANNOT_TELL));
  }

  /** As text in the order of its numbers. */
  private static String numbers(String version) {
    StringBuilder key = new StringBuilder();
    for (String number : version.split(" ", 2)[0].split("\\.", -1)) {
      key.append("%5s".formatted(number));
    }
    return key.toString();
  }
}
