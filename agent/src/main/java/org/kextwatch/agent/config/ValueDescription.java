package org.kextwatch.agent.config;

import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/** Describes a wrong value without showing a secret. */
final class ValueDescription {
  private static final int LONGEST = 64;

  /**
   * A variable that MDMs replace by a value of the Mac: $SERIAL, ${SERIAL}, {{serial}}, {Serial},
   * %Serial%.
   */
  private static final Pattern VARIABLE =
      Pattern.compile(
          "(?<![A-Za-z0-9])\\$\\{?[A-Za-z][A-Za-z0-9_.]+\\}?"
              + "|\\{\\{[^{}]{1,64}\\}\\}"
              + "|\\{[A-Za-z][A-Za-z0-9_.]+\\}"
              + "|(?<![A-Za-z0-9])%[A-Za-z][A-Za-z_]{2,62}[A-Za-z]%");

  /** What somebody may write for a number or a word; a secret has digits between its letters. */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "[$%{]{0,2}[A-Za-z_]{1,20}[%}]{0,2}|-?[0-9]{1,9}([.,:][0-9]{1,6})?( ?[A-Za-z]{1,8})?");

  /** As far as a name has no digit it is shown: people write a whole header for its name. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z._-]*");

  private ValueDescription() {}

  /** A name in quotes. */
  static String name(String name) {
    return "\"%s\"".formatted(named(name));
  }

  /** A name, or its beginning and "…" if it may hold a secret. */
  static String named(String name) {
    Matcher harmless = NAME.matcher(name);
    String shown = harmless.lookingAt() ? plain(harmless.group()) : "";
    return shown.length() == name.length() ? shown : shown + "…";
  }

  static String plain(String text) {
    return PlainText.quotable(text, LONGEST);
  }

  /** The kind of a value, with the value if it is a number or a boolean. */
  static String kind(@Nullable Object value) {
    if (value instanceof Boolean) {
      return String.valueOf(value);
    }
    return value instanceof Number number ? "the number " + number(number) : kindOfText(value);
  }

  private static String kindOfText(@Nullable Object value) {
    if (value instanceof String text) {
      return text.isBlank() ? "an empty text" : "a text";
    }
    if (value instanceof List<?> || value instanceof Object[]) {
      return "a list";
    }
    if (value instanceof Map<?, ?>) {
      return "a group";
    }
    return value instanceof Date ? "a date" : value instanceof byte[] ? "data" : "nothing";
  }

  /**
   * The value that was found, for the end of "it must be …".
   *
   * @param mayShowText whether a text may be shown; others may be a secret in the wrong place
   */
  static String insteadOf(Object value, boolean mayShowText) {
    if (value instanceof Number number) {
      return ", not " + number(number);
    }
    if (value instanceof String text) {
      return mayShowText && HARMLESS.matcher(text.strip()).matches()
          ? ", not the text \"" + plain(text) + "\""
          : ", not this text";
    }
    return ", not " + kind(value);
  }

  private static String number(Number number) {
    double value = number.doubleValue();
    return number instanceof Double && value == Math.rint(value) && Math.abs(value) < 1e18
        ? String.valueOf(number.longValue())
        : String.valueOf(number);
  }

  /** The first MDM variable in a text, {@code null} if there is none. */
  static @Nullable String variable(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    return matcher.find() ? matcher.group() : null;
  }
}
