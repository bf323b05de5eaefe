package org.kextwatch.agent.mac;

import java.util.regex.Pattern;

/** Text of unknown origin, made fit for one line that people read. */
public final class PlainText {
  private static final int MAX = 500;

  private static final Pattern ESCAPES = Pattern.compile("\\x1b\\[[0-9;?]{0,16}[A-Za-z]");

  /** Controls, line ends, and what turns the direction of text. */
  private static final Pattern UNFIT =
      Pattern.compile("[\\s\\p{Cc}\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+");

  private PlainText() {}

  public static String of(String text) {
    String head = text.length() > 4 * MAX ? text.substring(0, 4 * MAX) : text;
    String line = UNFIT.matcher(ESCAPES.matcher(head).replaceAll("")).replaceAll(" ").strip();
    if (line.length() <= MAX) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(MAX - 2)) ? MAX - 2 : MAX - 1;
    return line.substring(0, end) + "…";
  }
}
