package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrappedTextTest {

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "one, one",
    "one two, one two",
    "one two three, one two|three",
    "'  one   two ', one two",
    "exactly8, exactly8",
    "exactly8 exactly8, exactly8|exactly8",
    "ninechars, ninechar|s",
    "a ninechars b, a|ninechar|s b",
    "12345678901234567890, 12345678|90123456|7890",
    "a b c d e, a b c d|e",
  })
  void linesBreakBetweenWordsWherePossible(String text, String lines) {
    assertEquals(List.of(lines.split("\\|", -1)), WrappedText.lines(text, 8));
  }

  @Test
  void controlCharactersAreRemoved() {
    assertEquals(
        List.of("red and over written right to left"),
        WrappedText.lines(
            "red\u001b[31m\nand\rover\twritten\u202eright\u0007to\u009bleft\u0000", 80));
  }
}
