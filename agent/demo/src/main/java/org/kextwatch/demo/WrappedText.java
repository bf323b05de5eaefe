package org.kextwatch.demo;

import java.util.ArrayList;
import java.util.List;
import org.kextwatch.agent.mac.PlainText;

/** Wraps text to the width of a column. */
final class WrappedText {
  private WrappedText() {}

  /** Splits a text into lines of at most {@code width} characters, between words where possible. */
  static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String whole : PlainText.of(text, Integer.MAX_VALUE).split(" ", -1)) {
      String word = whole;
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (word.length() > width) {
        lines.add(word.substring(0, width));
        word = word.substring(width);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
