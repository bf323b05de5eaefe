package org.kextwatch.install;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A report of on-a-mac.sh, as somebody sends it in.
 *
 * @param macOs such as {@code 15.4 (24E248)}
 * @param chip {@code Apple}, {@code Intel} or {@code unknown}
 * @param mdm {@code user approved}, {@code enrolled}, {@code none} or {@code unknown}
 * @param agent the version, or {@code not installed}
 * @param answers by the id of the belief, in the order of the report
 */
record MacReport(
    String macOs,
    String chip,
    String mdm,
    LocalDate date,
    String agent,
    Map<String, Answer> answers) {

  /** What came of one question. */
  record Answer(Outcome outcome, String expected, String found) {}

  enum Outcome {
    AS_EXPECTED("as expected"),
    DIFFERS("differs"),
    CANNOT_TELL("cannot tell");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }
  }

  private static final String FIRST_LINE = "Kextwatch report 1";
  private static final Pattern MAC_OS =
      Pattern.compile("(unknown|[0-9.]{1,12}) \\((unknown|[0-9A-Za-z]{1,12})\\)");
  private static final Pattern AGENT = Pattern.compile("not installed|[0-9][0-9A-Za-z.+-]{0,30}");
  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,60}");

  /** What names a Mac or a person: homes, UUIDs, addresses, and what looks like a serial number. */
  private static final Pattern NAME =
      Pattern.compile(
          "/Users/|\\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-|://|\\w@\\w"
              + "|\\b(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{10,14}\\b");

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with the line that is wrong, and why
   */
  static MacReport parse(String text) {
    return new Lines(text.strip().lines().map(String::stripTrailing).toList()).report();
  }

  long count(Outcome outcome) {
    return answers.values().stream().filter(answer -> answer.outcome() == outcome).count();
  }

  private static final class Lines {
    private final List<String> lines;
    private int next;

    Lines(List<String> lines) {
      this.lines = lines;
    }

    MacReport report() {
      if (!take().equals(FIRST_LINE)) {
        throw wrong("a report begins with \"" + FIRST_LINE + "\"");
      }
      String macOs = value("macOS", MAC_OS);
      String chip = value("chip", Set.of("Apple", "Intel", "unknown"));
      String mdm = value("MDM", Set.of("user approved", "enrolled", "none", "unknown"));
      LocalDate date = date();
      String agent = value("agent", AGENT);
      Map<String, Answer> answers = new LinkedHashMap<>();
      while (next < lines.size()) {
        answer(answers);
      }
      if (answers.isEmpty()) {
        throw wrong("it has no answers");
      }
      return new MacReport(macOs, chip, mdm, date, agent, answers);
    }

    private void answer(Map<String, Answer> answers) {
      if (!take().isEmpty()) {
        throw wrong("an empty line parts the answers");
      }
      String[] question = take().split(": ", 2);
      if (question.length < 2 || !ID.matcher(question[0]).matches()) {
        throw wrong("an answer begins with \"id: \"");
      }
      Outcome outcome = outcome(question[1]);
      Answer answer = new Answer(outcome, value("  expected"), value("  found"));
      if (answers.put(question[0], answer) != null) {
        throw wrong(question[0] + " is answered twice");
      }
    }

    private Outcome outcome(String words) {
      for (Outcome outcome : Outcome.values()) {
        if (outcome.words.equals(words)) {
          return outcome;
        }
      }
      throw wrong("\"" + words + "\" is no outcome");
    }

    private LocalDate date() {
      String value = value("date");
      try {
        return LocalDate.parse(value);
      } catch (DateTimeException e) {
        throw wrong("\"" + value + "\" is no date");
      }
    }

    private String value(String key, Pattern form) {
      String value = value(key);
      if (!form.matcher(value).matches()) {
        throw wrong("\"" + value + "\" is no value of " + key);
      }
      return value;
    }

    private String value(String key, Set<String> words) {
      String value = value(key);
      if (!words.contains(value)) {
        throw wrong("\"" + value + "\" is no value of " + key);
      }
      return value;
    }

    private String value(String key) {
      String line = take();
      if (!line.startsWith(key + ": ")) {
        throw wrong("\"" + key.strip() + "\" is missing");
      }
      return line.substring(key.length() + 2);
    }

    private String take() {
      if (next == lines.size()) {
        next++;
        throw wrong("the report ends too early");
      }
      String line = lines.get(next++);
      Matcher name = NAME.matcher(line);
      if (name.find()) {
        throw wrong("\"" + name.group() + "\" may name a Mac or a person: take it out");
      }
      return line;
    }

    private IllegalArgumentException wrong(String why) {
      return new IllegalArgumentException("line " + next + ": " + why);
    }
  }
}
