package org.kextwatch.agent.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.Script;

/** The comment of a reason, in the Markdown of its page. */
record Explanation(String meaning, String who, String macOs, String evidence) {
  private static final Set<String> PEOPLE =
      Set.of("user", "Mac admin", "MDM admin", "Microsoft", "nobody");

  static Explanation of(Reason reason) {
    try {
      return of(
          reason.name(),
          Files.readString(
              Script.AGENT.resolve("src/main/java/org/kextwatch/agent/status/Reason.java")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Explanation of(String reason, String source) {
    Matcher comment =
        Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s+" + reason + "[,;]", Pattern.DOTALL)
            .matcher(source);
    if (!comment.find()) {
      throw new IllegalArgumentException(reason + " has no comment that says what it means");
    }
    String text =
        comment
            .group(1)
            .replaceAll("\\s+\\* ?", " ")
            .replaceAll("\\{@code ([^}]*)\\}", "`$1`")
            .replaceAll("\\s+", " ");
    String[] paragraphs = text.split("<p>", -1);
    Map<String, String> labels = new HashMap<>();
    for (String paragraph : paragraphs) {
      String[] labelled = paragraph.strip().split(": ", 2);
      labels.put(labelled[0], labelled[labelled.length - 1].replaceFirst("\\.$", ""));
    }
    return new Explanation(
        paragraphs[0].strip(),
        labels.getOrDefault("Who", ""),
        labels.getOrDefault("macOS", "any"),
        labels.getOrDefault("Evidence", ""));
  }

  List<String> flaws() {
    List<String> flaws = new ArrayList<>();
    if (!meaning.endsWith(".")) {
      flaws.add("no meaning");
    }
    if (!PEOPLE.containsAll(Arrays.asList(who.split(", ", -1)))) {
      flaws.add("Who: " + who);
    }
    if (evidence.isEmpty()) {
      flaws.add("no Evidence");
    }
    return flaws;
  }
}
