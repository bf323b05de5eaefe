package org.kextwatch.agent.mac;

import java.util.regex.Pattern;

/** Text of unknown origin, cleaned for one line that people read on a terminal. */
public final class PlainText {
  /**
   * A regular expression for what no line shows as it is: white space, line ends, control and
   * format characters (among them those that change the direction of text), half characters, and
   * characters without a meaning of their own.
   */
  public static final String UNFIT = "[\\s\\p{C}\\u2028\\u2029]";

  private static final int MAX = 500;
  private static final Pattern ESCAPES = Pattern.compile("\\x1b\\[[0-9;?]{0,16}[A-Za-z]");
  private static final Pattern GAPS = Pattern.compile(UNFIT + "+");
  private static final Pattern ODD = Pattern.compile("(?! )" + UNFIT);

  private PlainText() {}

  /** As {@link #of(String, int)}, with at most 500 characters. */
  public static String of(String text) {
    return of(text, MAX);
  }

  /**
   * One line of at most so many characters: without the colours of a terminal, a single space for
   * each run of unfit characters, no space at either end, and "…" at the end if it was longer.
   */
  public static String of(String text, int longest) {
    String head = text.substring(0, (int) Math.min(text.length(), 4L * longest));
    String line = GAPS.matcher(ESCAPES.matcher(head).replaceAll("")).replaceAll(" ").strip();
    return cut(line, longest);
  }

  /** For a name in quotes: each unfit character but a space is shown as "?". */
  public static String quotable(String text, int longest) {
    return cut(ODD.matcher(text).replaceAll("?"), longest);
  }

  private static String cut(String line, int longest) {
    if (line.length() <= longest) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return line.substring(0, end) + "…";
  }
}
