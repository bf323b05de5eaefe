package org.kextwatch.agent.remedy;

import java.util.regex.Pattern;

/** Makes a line of a tool fit to be told: the same for the same trouble, short, and plain. */
final class Detail {
  private static final int MAX_LENGTH = 500;

  /** Different in every run. */
  private static final Pattern ADDRESSES = Pattern.compile("<OSKext 0x[^>]*>");

  /**
   * White space, control and format characters, among them those that turn the direction of
   * writing.
   */
  private static final Pattern INVISIBLE =
      Pattern.compile("[\\s\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029]+");

  private Detail() {}

  static String of(String line) {
    String addressed = ADDRESSES.matcher(line).replaceAll("<OSKext>");
    String stable = LoaderText.COPY.matcher(addressed).replaceAll("<UUID>.kext");
    String plain = INVISIBLE.matcher(stable).replaceAll(" ").strip();
    if (plain.length() <= MAX_LENGTH) {
      return plain;
    }
    int end = Character.isHighSurrogate(plain.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    return plain.substring(0, end);
  }
}
