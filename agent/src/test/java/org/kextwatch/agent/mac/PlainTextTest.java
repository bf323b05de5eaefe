package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class PlainTextTest {
  static Stream<Arguments> whatDoesNotBelongOnALineIsGone() {
    return Stream.of(
        Arguments.of("plain text", "plain text"),
        Arguments.of("Jürgen’s Mac 💻", "Jürgen’s Mac 💻"),
        Arguments.of("two\nlines\r\nand\tmore", "two lines and more"),
        Arguments.of("  wide   text  ", "wide text"),
        Arguments.of("a\0b\7c\u0085d", "a b c d"),
        Arguments.of("\33[31mred\33[0m", "red"),
        Arguments.of("a\u2028b\u2029c", "a b c"),
        Arguments.of("evil\u202etxt.exe", "evil txt.exe"),
        Arguments.of("zero\u200bwidth\u00adand\ufeffmark", "zero width and mark"),
        Arguments.of("half\ud83d \ue000own", "half own"));
  }

  @ParameterizedTest
  @MethodSource
  void whatDoesNotBelongOnALineIsGone(String text, String line) {
    assertEquals(line, PlainText.of(text));
  }

  @Test
  void longTextIsCut() {
    assertEquals("a".repeat(499) + "…", PlainText.of("a".repeat(1_000_000)));
    assertEquals("a".repeat(500), PlainText.of("a".repeat(500)));
  }

  @Test
  void aNameInQuotesShowsWhereItIsOdd() {
    assertEquals(" end?point ", PlainText.quotable(" end\u200bpoint ", 20));
    assertEquals("a?[31m??b", PlainText.quotable("a\33[31m\t\u2028b", 20));
    assertEquals("aaaa…", PlainText.quotable("a".repeat(9), 5));
  }

  @Test
  void noCharacterIsCutInTwo() {
    String line = PlainText.of("a".repeat(498) + "💻💻💻");
    assertEquals("a".repeat(498) + "…", line);
    assertTrue(line.length() <= 500);
  }
}
