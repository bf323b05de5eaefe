package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;

/**
 * The page about the reasons says what the program says and does. Its part below {@link #MARK} is
 * made of the comments in {@link Reason}, of {@link Judge} and of {@link Wording}. To write it
 * again, run this test with {@code -Dkextwatch.write=true}.
 */
final class ReasonsDocumentTest {
  private static final Path PAGE = Script.AGENT.resolve("docs/reasons.md");
  private static final String MARK = "<!-- From here on made by ReasonsDocumentTest";
  private static final String REMEDY =
      "the page is old; write it again:"
          + " mvn test -Dtest=ReasonsDocumentTest -Dkextwatch.write=true";

  private static final List<Situation> SITUATIONS = Situation.all();

  @Test
  void thePageIsWhatTheProgramSays() throws IOException {
    String page = Files.readString(PAGE);
    int mark = page.indexOf('\n', page.indexOf(MARK)) + 1;
    String made = page.substring(0, mark) + "\n" + table() + sections();
    if (Boolean.getBoolean("kextwatch.write")) {
      Files.writeString(PAGE, made);
    }
    assertEquals(made, Files.readString(PAGE), REMEDY);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyReasonIsExplainedAndHasASituation(Reason reason) {
    Explanation explained = Explanation.of(reason);
    assertEquals(List.of(), explained.flaws());
    assertEquals(
        advices(reason).size(),
        advices(reason).stream().map(Advice::text).distinct().count(),
        "two situations with one advice are one: " + advices(reason));
    verdicts(reason);
  }

  @Test
  void everySituationHasItsReason() {
    for (Situation situation : SITUATIONS) {
      assertEquals(situation.expected(), situation.judged().reason(), situation::toString);
    }
  }

  @Test
  void aReasonWithoutACommentIsMissed() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Explanation.of("TIMEOUT", "enum Reason {\n  /** Why. */\n  NONE, TIMEOUT;\n}"));
    assertEquals(
        List.of("Who: somebody", "no Evidence"),
        Explanation.of("NONE", "/**\n * Why.\n *\n * <p>Who: somebody.\n */\n  NONE;").flaws());
  }

  private static String table() {
    return "| `reason` | `verdict` | who must act | macOS |\n|---|---|---|---|\n"
        + Arrays.stream(Reason.values())
            .map(
                reason ->
                    "| [`%1$s`](#%1$s) | %2$s | %3$s | %4$s |\n"
                        .formatted(
                            word(reason),
                            verdicts(reason),
                            Explanation.of(reason).who(),
                            Explanation.of(reason).macOs()))
            .collect(Collectors.joining());
  }

  private static String sections() {
    return Arrays.stream(Reason.values())
        .map(ReasonsDocumentTest::section)
        .collect(Collectors.joining());
  }

  private static String section(Reason reason) {
    Explanation explained = Explanation.of(reason);
    return """

    ## %s

    %s

    - **Says:** %s
    - **Who must act:** %s
    - **What to do:**%s
    - **macOS:** %s
    - **Evidence:** %s
    """
        .formatted(
            word(reason),
            explained.meaning(),
            of(reason).findFirst().orElseThrow().judged().summary(),
            explained.who(),
            todo(advices(reason)),
            explained.macOs(),
            explained.evidence());
  }

  private static String todo(List<Advice> advices) {
    if (advices.size() > 1) {
      return advices.stream()
          .map(advice -> "\n  - %s: %s".formatted(advice.when(), advice.text()))
          .collect(Collectors.joining());
    }
    return advices.get(0).text().isEmpty() ? " nothing" : " " + advices.get(0).text();
  }

  private static List<Advice> advices(Reason reason) {
    return of(reason)
        .map(situation -> new Advice(situation.name(), situation.judged().advice()))
        .toList();
  }

  private static String verdicts(Reason reason) {
    Situation situation = of(reason).findFirst().orElseThrow(() -> new AssertionError(reason));
    Verdict soon = situation.judged().verdict();
    Verdict late = situation.judgedLate().verdict();
    return soon == late
        ? word(soon)
        : "%s, after %d minutes awake %s"
            .formatted(word(soon), Thresholds.PATIENCE.toMinutes(), word(late));
  }

  private static Stream<Situation> of(Reason reason) {
    return SITUATIONS.stream().filter(situation -> situation.judged().reason() == reason);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private record Advice(String when, String text) {}
}
