package org.kextwatch.agent.webhook;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses Retry-After (RFC 9110 §10.2.3), and the fractions that some servers send. */
final class RetryAfter {
  static final Duration MAX = Duration.ofHours(24);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,40}(\\.\\d{1,20})?");

  /** RFC 9110 §5.6.7: the current form and the two obsolete ones that clients must accept. */
  private static final List<DateTimeFormatter> DATES =
      List.of(
          DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH),
          DateTimeFormatter.ofPattern("EEEE, dd-MMM-uu HH:mm:ss 'GMT'", Locale.ENGLISH),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH));

  private RetryAfter() {}

  /**
   * The time to wait, at most a day; empty if there is no header or it is not valid.
   *
   * @param now by the clock of the server
   */
  static Optional<Duration> parse(@Nullable String header, Instant now) {
    if (header == null) {
      return Optional.empty();
    }
    String value = header.strip();
    if (SECONDS.matcher(value).matches()) {
      BigDecimal seconds = new BigDecimal(value).setScale(0, RoundingMode.CEILING);
      return Optional.of(
          Duration.ofSeconds(seconds.min(BigDecimal.valueOf(MAX.toSeconds())).longValue()));
    }
    return date(value).map(date -> clamp(Duration.between(now, date)));
  }

  /** The instant of an HTTP date, empty if it is not one. */
  static Optional<Instant> date(@Nullable String value) {
    for (DateTimeFormatter format : DATES) {
      try {
        return value == null
            ? Optional.empty()
            : Optional.of(LocalDateTime.parse(value, format).toInstant(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        // not in this form
      }
    }
    return Optional.empty();
  }

  private static Duration clamp(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(MAX) > 0 ? MAX : wait;
  }
}
