package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The worked examples of {@code contributing.md} still fit the code, and each is small. That they
 * pass {@code mvn test} is what {@code agent/docs/examples/check.sh} tries.
 */
class WorkedExamplesTest {
  private static final Path FOLDER = Script.AGENT.resolve("docs/examples");
  private static final Path PAGE = Script.AGENT.resolve("docs/contributing.md");
  private static final int MOST_FILES = 4;

  /** Such as {@code daemon/Cycle} or {@code HouseTest}. */
  private static final Pattern CLASS =
      Pattern.compile("`((?:[a-z]+/)?[A-Z][a-z]+(?:[A-Z][A-Za-z]*)?)`");

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
  }

  /** In a copy where {@code check.sh} tries an example, that one is applied already. */
  @ParameterizedTest
  @MethodSource("examples")
  void itFitsTheCodeAndTouchesFewFiles(Path example) throws IOException {
    List<String> patch = Files.readAllLines(example);
    Map<String, List<List<String>>> before = hunks(patch, '-');
    assertTrue(before.size() <= MOST_FILES, before.keySet()::toString);
    List<String> missing = missing(before);
    assertTrue(missing.isEmpty() || missing(hunks(patch, '+')).isEmpty(), missing::toString);
  }

  /** The hunks that are not in the code, each with its file. */
  private static List<String> missing(Map<String, List<List<String>>> hunks) throws IOException {
    List<String> missing = new ArrayList<>();
    for (var file : hunks.entrySet()) {
      List<String> lines = linesOf(file.getKey());
      for (List<String> hunk : file.getValue()) {
        if (Collections.indexOfSubList(lines, hunk) < 0) {
          missing.add(file.getKey() + " does not have:\n" + String.join("\n", hunk));
        }
      }
    }
    return missing;
  }

  @Test
  void thePageNamesThem() throws IOException {
    String page = Files.readString(PAGE);
    List<Path> examples = examples();
    assertEquals(5, examples.size());
    for (Path example : examples) {
      assertTrue(page.contains("examples/" + example.getFileName()), example::toString);
    }
  }

  /** The map of the page leads to classes, so each that it names must exist, in its room. */
  @Test
  void thePageNamesClassesThatExist() throws IOException {
    List<String> files;
    try (Stream<Path> all = Files.walk(Script.AGENT)) {
      files = all.map(Path::toString).filter(file -> file.endsWith(".java")).toList();
    }
    String added = Files.readString(FOLDER.resolve("doctor-check.patch"));
    List<String> missing =
        CLASS
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> "/" + found.group(1) + ".java")
            .filter(name -> files.stream().noneMatch(file -> file.endsWith(name)))
            .filter(name -> !added.contains(name))
            .toList();
    assertEquals(List.of(), missing);
  }

  private static List<String> linesOf(String file) throws IOException {
    Path path = Script.REPOSITORY.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /**
   * The lines of each hunk, by file.
   *
   * @param kept minus for the lines before the change, plus for those after it
   */
  private static Map<String, List<List<String>>> hunks(List<String> patch, char kept) {
    Map<String, List<List<String>>> hunks = new TreeMap<>();
    List<List<String>> ofFile = List.of();
    List<String> hunk = new ArrayList<>();
    for (String line : patch) {
      if (line.startsWith("+++ b/")) {
        ofFile =
            hunks.computeIfAbsent(line.substring("+++ b/".length()), file -> new ArrayList<>());
      } else if (line.startsWith("diff ")) {
        hunk = new ArrayList<>();
      } else if (line.startsWith("@@")) {
        hunk = new ArrayList<>();
        ofFile.add(hunk);
      } else if (line.startsWith(" ") || line.startsWith(String.valueOf(kept))) {
        hunk.add(line.substring(1));
      }
    }
    return hunks;
  }
}
