package org.kextwatch.agent.health;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text that {@code mdatp health} and, up to 2020, {@code mdatp --health} print: a line
 * {@code key : value} for each field, padded to a column that differs between versions. Other lines
 * are ignored: the banner of an unlicensed or expired client, messages about the connection, the
 * "..." of documents.
 */
final class TextForm {
  private static final Pattern ENTRY = Pattern.compile("\\s*([A-Za-z][A-Za-z0-9_]{0,63})\\s*:(.*)");
  private static final String MANAGED = "[managed]";
  private static final Pattern CURLY = Pattern.compile("[\u201c\u201d\u201e]");

  private final Map<HealthField, FieldValue> found = new EnumMap<>(HealthField.class);
  private final StringBuilder value = new StringBuilder();
  private @Nullable String name;
  private @Nullable String awaitedEnd;

  private TextForm() {}

  /** Reads the fields. The first of two lines with one name counts. */
  static Map<HealthField, FieldValue> read(String text) {
    TextForm form = new TextForm();
    CURLY.matcher(text).replaceAll("\"").lines().forEach(form::readLine);
    form.finishEntry();
    return form.found;
  }

  private void readLine(String line) {
    Matcher entry = ENTRY.matcher(line);
    if (entry.matches()) {
      finishEntry();
      name = entry.group(1);
      String start = entry.group(2).strip();
      value.append(start);
      awaitedEnd = start.startsWith("[") ? "]" : start.startsWith("\"") ? "\"" : null;
      lookForEnd(start.length() > 1 ? start.substring(1) : "");
    } else if (awaitedEnd != null) { // a terminal has wrapped the value, anywhere
      value.append(line);
      lookForEnd(line);
    }
  }

  private void lookForEnd(String piece) {
    if (awaitedEnd != null && withoutMark(piece.strip()).endsWith(awaitedEnd)) {
      awaitedEnd = null;
    }
  }

  private void finishEntry() {
    if (name != null) {
      String whole = value.toString().strip();
      HealthField.named(name).ifPresent(field -> found.putIfAbsent(field, parse(whole)));
    }
    name = null;
    awaitedEnd = null;
    value.setLength(0);
  }

  private static FieldValue parse(String printed) {
    String bare = withoutMark(printed);
    boolean managed = !bare.equals(printed);
    if (bare.startsWith("[")) {
      List<?> items = JsonForm.list(bare);
      return new FieldValue(items == null ? bare : items, managed);
    }
    boolean quoted = bare.length() > 1 && bare.startsWith("\"") && bare.endsWith("\"");
    return new FieldValue(quoted ? bare.substring(1, bare.length() - 1) : bare, managed);
  }

  private static String withoutMark(String printed) {
    return printed.endsWith(MANAGED)
        ? printed.substring(0, printed.length() - MANAGED.length()).stripTrailing()
        : printed;
  }
}
