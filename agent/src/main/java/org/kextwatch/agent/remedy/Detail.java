package org.kextwatch.agent.remedy;

import java.util.regex.Pattern;
import org.kextwatch.agent.mac.PlainText;

/** Makes a line of a tool fit to be told: the same for the same trouble, short, and plain. */
final class Detail {
  /** Different in every run. */
  private static final Pattern ADDRESSES = Pattern.compile("<OSKext 0x[^>]*>");

  /** A home folder is named after its user. */
  private static final Pattern HOME = Pattern.compile("/Users/(?!Shared\\b)[^/\\s\"']+");

  private Detail() {}

  static String of(String line) {
    String addressed = ADDRESSES.matcher(line).replaceAll("<OSKext>");
    String stable = LoaderText.COPY.matcher(addressed).replaceAll("<UUID>.kext");
    return PlainText.of(HOME.matcher(stable).replaceAll("/Users/***"));
  }
}
