package org.kextwatch.agent.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.ValueType.BadValueException;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.config.ValueType.Kind;
import org.kextwatch.agent.mac.EnumWord;

/** The types of settings other than numbers. */
final class ValueTypes {
  private static final int MAX_LABELS = 16;
  private static final int MAX_TEXT = 4096;
  private static final Pattern TRUE = Pattern.compile("(?i)true|1|1\\.0");
  private static final Pattern FALSE = Pattern.compile("(?i)false|0|0\\.0");

  /** MDM forms send a boolean as the text "true", and profiles often as the number 1. */
  static final ValueType<Boolean> FLAG =
      new CheckedType<>(
          Kind.FLAG,
          "true or false",
          raw -> {
            String text = String.valueOf(raw).strip();
            return TRUE.matcher(text).matches()
                ? Boolean.TRUE
                : FALSE.matcher(text).matches() ? Boolean.FALSE : null;
          });

  /** A path of the Mac. */
  static final ValueType<String> PATH =
      new CheckedType<>(
          Kind.TEXT,
          "an absolute path without \"..\"",
          raw -> raw instanceof String text && isPath(text.strip()) ? text.strip() : null);

  /** The value never appears in a message because it can be a secret. */
  static final ValueType<String> ENDPOINT =
      new CheckedType<>(
          Kind.TEXT, "a URL such as https://fleet.example.com/hooks/kextwatch", ValueTypes::url);

  static final ValueType<String> PROXY =
      matching(
          "system|none|[A-Za-z0-9.-]{1,253}:[0-9]{1,5}|\\[[0-9A-Fa-f:]+\\]:[0-9]{1,5}",
          "\"system\", \"none\" or \"host:port\"");

  static final ValueType<Map<String, String>> HEADERS =
      new CheckedType<>(
          Kind.TEXTS, "header names with printable ASCII values", ValueTypes::headers);

  static final ValueType<Map<String, String>> LABELS =
      new CheckedType<>(Kind.TEXTS, "at most " + MAX_LABELS + " texts by name", ValueTypes::labels);

  private ValueTypes() {}

  static ValueType<String> matching(String regex, String mustBe) {
    return new PatternType(Pattern.compile(regex), mustBe);
  }

  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> words) {
    return new WordType<>(words);
  }

  private static boolean isPath(String text) {
    return text.length() <= MAX_TEXT
        && text.matches("/[^\\x00-\\x1f]*")
        && isUnicode(text)
        && !Arrays.asList(text.split("/")).contains("..");
  }

  /** Half a character cannot be saved or sent as UTF-8. */
  static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static @Nullable String url(Object raw) throws BadValueException {
    HttpUrl url =
        raw instanceof String text && text.length() <= MAX_TEXT && isUnicode(text)
            ? HttpUrl.parse(text.strip())
            : null;
    // OkHttp reads a host with "=" and a letter beyond ASCII, but not what it makes of that; and in
    // what it makes each such letter of a path is longer.
    if (url == null
        || url.toString().length() > MAX_TEXT
        || HttpUrl.parse(url.toString()) == null) {
      return null;
    }
    Optional<String> mustBe = EndpointUrl.mustBe(url);
    if (mustBe.isPresent()) {
      throw new BadValueException(mustBe.get());
    }
    return url.toString();
  }

  private static Map<String, String> headers(Object raw) throws BadValueException {
    Map<String, String> headers = texts(raw);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (!RequestHeaders.areValid(header.getKey(), header.getValue())) {
        throw new BadValueException(
            "header names with printable ASCII values; %s is not that"
                .formatted(ValueDescription.name(header.getKey())));
      }
      if (RequestHeaders.isReserved(header.getKey())) {
        throw new BadValueException(
            "other headers than "
                + header.getKey()
                + ", which the agent or HTTP sets (Authorization: use authorizationFile)");
      }
    }
    return headers;
  }

  private static @Nullable Map<String, String> labels(Object raw) throws BadValueException {
    Map<String, String> labels = texts(raw);
    labels.replaceAll((name, text) -> text.strip());
    labels.values().removeIf(String::isEmpty);
    return labels.size() > MAX_LABELS ? null : labels;
  }

  private static Map<String, String> texts(Object raw) throws BadValueException {
    Map<String, String> texts = new TreeMap<>();
    if (!(raw instanceof Map<?, ?> map)) {
      throw new BadValueException("a group of texts");
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (!(entry.getValue() instanceof String text)) {
        throw new BadValueException(
            "a group of texts; %s is %s"
                .formatted(ValueDescription.name(name), ValueDescription.kind(entry.getValue())));
      }
      if (!isUnicode(name + text)) {
        throw new BadValueException(
            "a group of texts; %s is not valid Unicode".formatted(ValueDescription.name(name)));
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

  /** A type that needs no limits; the check gives {@code null} for what is not allowed. */
  private record CheckedType<T>(Kind kind, String allowed, Validator<T> check)
      implements ValueType<T> {
    @Override
    public T parse(Object raw, Bounds bounds) throws BadValueException {
      T value = check.parse(raw);
      if (value == null) {
        throw new BadValueException(allowed);
      }
      return value;
    }
  }

  /** A text that matches as a whole, without the blanks around it. */
  record PatternType(Pattern pattern, String allowed) implements ValueType<String> {
    @Override
    public Kind kind() {
      return Kind.TEXT;
    }

    @Override
    public String parse(Object raw, Bounds bounds) throws BadValueException {
      if (raw instanceof String text && pattern.matcher(text.strip()).matches()) {
        return text.strip();
      }
      throw new BadValueException(allowed);
    }
  }

  private interface Validator<T> {
    @Nullable T parse(Object raw) throws BadValueException;
  }

  private record WordType<E extends Enum<E>>(Class<E> words) implements ValueType<E> {
    @Override
    public Kind kind() {
      return Kind.WORD;
    }

    @Override
    public String allowed() {
      return Arrays.stream(words.getEnumConstants())
          .map(EnumWord::of)
          .collect(Collectors.joining(", ", "one of ", ""));
    }

    @Override
    public E parse(Object raw, Bounds bounds) throws BadValueException {
      for (E word : words.getEnumConstants()) {
        if (raw instanceof String text && EnumWord.of(word).equals(text.strip())) {
          return word;
        }
      }
      throw new BadValueException(allowed());
    }

    @Override
    public Object written(E value) {
      return EnumWord.of(value);
    }
  }
}
