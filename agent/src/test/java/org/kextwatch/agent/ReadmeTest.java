package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.status.Reason;

/** README leads a newcomer to what exists, and says nothing that the documents do not say. */
class ReadmeTest {
  private static final Path README = Script.REPOSITORY.resolve("README.md");
  private static final Path DOCUMENTS = Script.AGENT.resolve("docs");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)|(?m)^\\[[^]]+]: (\\S+)");

  @Test
  void whatANewcomerAsksComesFirst() throws IOException {
    assertEquals(
        List.of(
            "Why a Mac with Defender is not protected",
            "Do you need it?",
            "Try it",
            "Install",
            "What it does",
            "What leaves the Mac",
            "Security",
            "One event",
            "What it costs",
            "Tested on",
            "Known limits",
            "Help"),
        Files.readAllLines(README).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList());
  }

  @Test
  void itsLinksLeadToFilesThatExist() throws IOException {
    List<String> links =
        LINK.matcher(Files.readString(README))
            .results()
            .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
            .filter(link -> !link.startsWith("https://"))
            .toList();
    assertTrue(links.contains("agent/docs/reasons.md"), links::toString);
    assertEquals(
        List.of(),
        links.stream()
            .filter(link -> !Files.isRegularFile(Script.REPOSITORY.resolve(link)))
            .toList());
  }

  @Test
  void theReasonsThatItNamesAreTheProgramsOwn() throws IOException {
    List<String> named =
        all("(?m)^\\| (?!what happened)[^|]+ \\| `([a-z_]+)` \\| ", section("Why a Mac"));
    assertEquals(6, named.size(), named::toString);
    List<String> known =
        Stream.of(Reason.values()).map(reason -> reason.name().toLowerCase(Locale.ROOT)).toList();
    assertTrue(known.containsAll(named), named::toString);
  }

  /** Members of events are named as the page for receivers names them, which a test makes true. */
  @Test
  void itsEventHasMembersOfRealEvents() throws IOException {
    String page = Files.readString(DOCUMENTS.resolve("webhook.md"));
    List<String> members = all("\"([A-Za-z]+)\": ?", section("One event"));
    assertTrue(members.containsAll(List.of("specversion", "changes", "reason")), members::toString);
    for (String member : members) {
      assertTrue(page.contains("\"" + member + "\": "), member);
    }
  }

  @Test
  void eachFigureHasItsCommandInTheFigures() throws IOException {
    List<String> rows = all("(?m)^\\| [^|]+ \\| ([^|]*\\d[^|]*) \\|$", section("What it costs"));
    assertEquals(5, rows.size(), rows::toString);
    List<String> figures = Files.readAllLines(DOCUMENTS.resolve("figures.md"));
    for (String row : rows) {
      List<String> values = all("(\\d[\\d.]* (?:ms|s|MiB|MB|%))(?= |,|$)", row);
      assertTrue(
          figures.stream()
              .anyMatch(
                  line ->
                      line.matches(".*(`mvn |the same run).*")
                          && !values.isEmpty()
                          && values.stream().allMatch(value -> line.contains("| " + value))),
          row);
    }
  }

  private static String section(String title) throws IOException {
    String text = Files.readString(README);
    String from = text.substring(text.indexOf("\n## " + title) + 1);
    int end = from.indexOf("\n## ");
    return end < 0 ? from : from.substring(0, end);
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }
}
