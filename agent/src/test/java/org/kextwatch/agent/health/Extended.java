package org.kextwatch.agent.health;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a Defender of tomorrow may print: a listing with more in it than anybody knows. */
final class Extended {
  static final String ISSUE = "quantum event provider is out of phase (0x2a): see {log}";

  private static final int MORE = 20;

  private static final String[] VALUES = {
    "true", "false", "0", "-1.5e3", "\"unavailable\"", "\"\"", "[]", "[{\"key\":\"a\"}]", "null"
  };

  private Extended() {}

  /** The same listing, in its own form, with unknown fields and an unknown issue. */
  static String of(String listing) {
    return listing.startsWith("{") ? json(listing) : text(listing);
  }

  private static String json(String listing) {
    String more =
        IntStream.range(0, MORE)
            .mapToObj(i -> "\"%s%d\":%s,".formatted(i % 2 == 0 ? "isExpired" : "x", i, value(i)))
            .collect(Collectors.joining());
    return "{" + more + listing.substring(1).replace("Issues\":[", "Issues\":[\"" + ISSUE + "\"");
  }

  private static String text(String listing) {
    String more =
        IntStream.range(0, MORE)
            .mapToObj(i -> "unhealthy_%-33d : %s%n".formatted(i, value(i)))
            .collect(Collectors.joining());
    String all = more + listing;
    return all.contains("health_issues")
        ? all.replaceFirst("(health_issues\\s*:\\s*)\\[(.)", "$1[\"" + ISSUE + "\", $2")
            .replace("\", ]", "\"]")
        : all + "\nhealth_issues : [\"" + ISSUE + "\"]\n";
  }

  private static String value(int i) {
    return VALUES[i % VALUES.length];
  }
}
