package org.kextwatch.agent.config;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.BadValueException;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.config.Key.Type;

/** The kinds of values that settings take. */
final class ValueTypes {
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e\\t]{0,4096}");
  private static final Pattern OUR_HEADERS =
      Pattern.compile(
          "(?i)content-.*|webhook-.*|host|connection|transfer-encoding|proxy-.*|authorization");
  private static final Pattern PROXY =
      Pattern.compile("system|none|[A-Za-z0-9.-]{1,253}:[0-9]{1,5}|\\[[0-9A-Fa-f:]+\\]:[0-9]{1,5}");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,18}(\\.[0-9]{1,9})?");
  private static final int MAX_LABELS = 16;
  private static final int MAX_TEXT = 4096;

  /** MDM forms send a boolean as the text "true", and profiles often as the number 1. */
  static final Type<Boolean> BOOL =
      (value, bounds) ->
          switch (String.valueOf(value).strip().toLowerCase(Locale.ROOT)) {
            case "true", "1", "1.0" -> true;
            case "false", "0", "0.0" -> false;
            default -> throw new BadValueException("true or false");
          };

  /** Absolute on the Mac, without a way back up. */
  static final Type<String> PATH =
      (value, bounds) -> {
        String path = text(value);
        if (path != null
            && path.length() <= MAX_TEXT
            && path.matches("/[^\\x00-\\x1f]*")
            && StandardCharsets.UTF_8.newEncoder().canEncode(path)
            && !Arrays.asList(path.split("/")).contains("..")) {
          return path;
        }
        throw new BadValueException("an absolute path without \"..\"");
      };

  /** The value never appears in a message: an endpoint can be a secret. */
  static final Type<String> ENDPOINT =
      (value, bounds) -> {
        String text = text(value);
        HttpUrl url = text == null ? null : HttpUrl.parse(text);
        if (url == null) {
          throw new BadValueException("a URL such as https://fleet.example.com/hooks/kextwatch");
        }
        if (!url.username().isEmpty() || !url.password().isEmpty()) {
          throw new BadValueException("a URL without user and password: use authorizationFile");
        }
        if (!url.isHttps() && !isLoopback(url)) {
          throw new BadValueException("an https URL; http is for loopback addresses alone");
        }
        return url.toString();
      };

  static final Type<String> PROXY_CHOICE =
      (value, bounds) -> {
        String text = text(value);
        if (text != null && PROXY.matcher(text).matches()) {
          return text;
        }
        throw new BadValueException("\"system\", \"none\" or \"host:port\"");
      };

  static final Type<Map<String, String>> HEADERS =
      (value, bounds) -> {
        Map<String, String> headers = texts(value);
        for (Map.Entry<String, String> header : headers.entrySet()) {
          if (!HEADER_NAME.matcher(header.getKey()).matches()
              || !PRINTABLE.matcher(header.getValue()).matches()) {
            throw new BadValueException(
                "header names with printable ASCII values; %s is not that"
                    .formatted(ValueDescription.name(header.getKey())));
          }
          if (OUR_HEADERS.matcher(header.getKey()).matches()) {
            throw new BadValueException(
                "other headers than "
                    + header.getKey()
                    + ", which is the agent's own (Authorization: use authorizationFile)");
          }
        }
        return headers;
      };

  static final Type<Map<String, String>> LABELS =
      (value, bounds) -> {
        Map<String, String> labels = texts(value);
        labels.replaceAll((name, text) -> text.strip());
        labels.values().removeIf(String::isEmpty);
        if (labels.size() > MAX_LABELS) {
          throw new BadValueException("at most " + MAX_LABELS + " labels");
        }
        return labels;
      };

  private ValueTypes() {}

  /** Whole seconds; a simulated Mac may go down to {@code simulatedMin}. */
  static Type<Duration> seconds(int min, int max, int simulatedMin) {
    return (value, bounds) -> {
      int lowest = bounds == Bounds.REAL_MAC ? min : simulatedMin;
      return Duration.ofSeconds(whole(value, lowest, max, " seconds"));
    };
  }

  /** The same, or 0 for none. */
  static Type<Duration> secondsOrNone(int min, int max, int simulatedMin) {
    return (value, bounds) -> {
      int lowest = bounds == Bounds.REAL_MAC ? min : simulatedMin;
      long seconds = whole(value, 0, max, " seconds");
      if (seconds > 0 && seconds < lowest) {
        throw new BadValueException(
            "0 for none, or a whole number from %d to %d seconds".formatted(lowest, max));
      }
      return Duration.ofSeconds(seconds);
    };
  }

  static Type<Duration> hours(int min, int max) {
    return (value, bounds) -> Duration.ofHours(whole(value, min, max, " hours"));
  }

  static Type<Duration> days(int min, int max) {
    return (value, bounds) -> Duration.ofDays(whole(value, min, max, " days"));
  }

  static Type<Long> number(long min, long max) {
    return (value, bounds) -> whole(value, min, max, "");
  }

  static Type<String> matching(String regex, String mustBe) {
    Pattern pattern = Pattern.compile(regex);
    return (value, bounds) -> {
      String text = text(value);
      if (text != null && pattern.matcher(text).matches()) {
        return text;
      }
      throw new BadValueException(mustBe);
    };
  }

  static <E extends Enum<E>> Type<E> oneOf(Class<E> words) {
    return (value, bounds) -> {
      for (E word : words.getEnumConstants()) {
        if (lower(word).equals(text(value))) {
          return word;
        }
      }
      throw new BadValueException(
          "one of " + Arrays.stream(words.getEnumConstants()).map(ValueTypes::lower).toList());
    };
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  private static long whole(Object value, long min, long max, String unit)
      throws BadValueException {
    String text = text(value);
    Object number = text != null && NUMBER.matcher(text).matches() ? Double.valueOf(text) : value;
    if (number instanceof Number found
        && found.doubleValue() == Math.rint(found.doubleValue())
        && found.doubleValue() >= min
        && found.doubleValue() <= max) {
      return found.longValue();
    }
    throw new BadValueException("a whole number from %d to %d%s".formatted(min, max, unit));
  }

  private static Map<String, String> texts(Object value) throws BadValueException {
    Map<String, String> texts = new TreeMap<>();
    if (!(value instanceof Map<?, ?> map)) {
      throw new BadValueException("a group of texts");
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (!(entry.getValue() instanceof String text)) {
        throw new BadValueException(
            "a group of texts; %s is %s"
                .formatted(ValueDescription.name(name), ValueDescription.kind(entry.getValue())));
      }
      if (name.length() + text.length() > MAX_TEXT) {
        throw new BadValueException(
            "a group of texts; %s is longer than %d characters"
                .formatted(ValueDescription.name(name), MAX_TEXT));
      }
      texts.put(name, text);
    }
    return texts;
  }

  /** A text without the space around it, {@code null} if it is none. */
  private static @Nullable String text(Object value) {
    return value instanceof String text ? text.strip() : null;
  }

  private static boolean isLoopback(HttpUrl url) {
    String host = url.host();
    return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
  }
}
