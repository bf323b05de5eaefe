package org.kextwatch.agent.health;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.EnumWord;

/**
 * The day on which Defender expires.
 *
 * <p>Text has a day and a time without a zone: {@code Dec 29, 2022 at 09:48:37 PM}. It is taken for
 * local time, as munkireport does with mktime, so the day counts as it is written. JSON has an
 * instant, which is converted to this Mac's zone: both forms then name the same day.
 */
public final class ExpiryDay {
  /** The first year with a Defender for Macs: an older date was never set. */
  private static final int FIRST_YEAR = 2019;

  private static final int LONGEST = 100;

  private static final Pattern SEPARATOR = Pattern.compile("[\\s\\p{Z},]+");

  /** As in "Sept." and "p.m.". */
  private static final Pattern ABBREVIATION = Pattern.compile("(?<=[a-z])\\.");

  private static final String TIME =
      "(?: (?:at )?\\d{1,2}:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?: ?[ap]m)?"
          + "(?: ?(?:z|[a-z]{3,4}|(?:utc|gmt)?[+-]\\d{1,2}(?::?\\d\\d)?))?)?";

  private static final List<Pattern> FORMS =
      Stream.of(
              "(?<month>[a-z]{3,9}) (?<day>\\d{1,2}) (?<year>\\d{4})",
              "(?<day>\\d{1,2}) (?<month>[a-z]{3,9}) (?<year>\\d{4})",
              "(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)")
          .map(day -> Pattern.compile(day + TIME))
          .toList();

  private ExpiryDay() {}

  /**
   * The last day on which Defender works, {@code null} if it cannot be read from what Defender
   * prints.
   *
   * @param productExpiration as in {@link org.kextwatch.agent.status.Health}
   * @param zone of this Mac
   */
  public static @Nullable LocalDate of(@Nullable String productExpiration, ZoneId zone) {
    if (productExpiration == null || productExpiration.length() > LONGEST) {
      return null;
    }
    LocalDate day = day(productExpiration, zone);
    return day == null || day.getYear() < FIRST_YEAR ? null : day;
  }

  private static @Nullable LocalDate day(String text, ZoneId zone) {
    try {
      return OffsetDateTime.parse(text).atZoneSameInstant(zone).toLocalDate();
    } catch (DateTimeException e) {
      return parseText(text);
    }
  }

  private static @Nullable LocalDate parseText(String text) {
    String words = SEPARATOR.matcher(text.strip().toLowerCase(Locale.ROOT)).replaceAll(" ");
    String plain = ABBREVIATION.matcher(words).replaceAll("");
    for (Pattern form : FORMS) {
      Matcher match = form.matcher(plain);
      if (match.matches()) {
        return day(match);
      }
    }
    return null;
  }

  private static @Nullable LocalDate day(Matcher match) {
    try {
      return LocalDate.of(
          Integer.parseInt(match.group("year")),
          month(match.group("month")),
          Integer.parseInt(match.group("day")));
    } catch (DateTimeException e) {
      return null; // such as February 30
    }
  }

  /** The English name of a month, as Defender prints it, or its beginning: "Sep", "Sept". */
  private static int month(String word) {
    if (Character.isDigit(word.charAt(0))) {
      return Integer.parseInt(word);
    }
    return Stream.of(Month.values())
        .filter(month -> EnumWord.of(month).startsWith(word))
        .findFirst()
        .orElseThrow(() -> new DateTimeException(word))
        .getValue();
  }
}
