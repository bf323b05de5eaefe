package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of the page on privacy. */
final class PrivacyPage {
  private static final Path PAGE = Script.AGENT.resolve("docs/privacy.md");
  private static final Pattern WORD = Pattern.compile("`([^`]+)`");

  private PrivacyPage() {}

  /** The members of events. */
  static List<Row> fields() throws IOException {
    return rows("| field |");
  }

  static List<Row> headers() throws IOException {
    return rows("| header |");
  }

  /** Everything that leaves the Mac. */
  static List<Row> all() throws IOException {
    return Stream.of(fields(), headers(), rows("| of the connection |"))
        .flatMap(List::stream)
        .toList();
  }

  /** The members of events that a setting removes or replaces. */
  static Set<String> fieldsOf(String setting) throws IOException {
    return fields().stream()
        .filter(row -> row.settings().contains(setting))
        .map(Row::field)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of the table that begins so. */
  private static List<Row> rows(String head) throws IOException {
    List<Row> rows =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.startsWith(head))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line.replaceAll("^\\|\\s*|\\s*\\|\\s*$", ""))
            .map(line -> new Row(Arrays.asList(line.split("\\s*\\|\\s*", -1))))
            .toList();
    assertFalse(rows.isEmpty(), head);
    return rows;
  }

  record Row(List<String> cells) {
    String field() {
      return cells.get(0).replace("`", "");
    }

    String example() {
      return cells.get(2).replace("`", "");
    }

    String seenBy() {
      return cells.get(3);
    }

    String removedBy() {
      return cells.get(4);
    }

    List<String> settings() {
      return WORD.matcher(removedBy()).results().map((MatchResult word) -> word.group(1)).toList();
    }
  }
}
