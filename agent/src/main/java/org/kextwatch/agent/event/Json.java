package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The JSON codec. A record is an object with its components as members, nulls included; an enum is
 * a lower-case word, an instant is ISO 8601 in UTC with milliseconds.
 */
public final class Json {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final Moshi MOSHI =
      new Moshi.Builder()
          .add(new RecordAdapter.Factory())
          .add(new EnumAdapter.Factory())
          .add(long.class, new WholeNumber().nullSafe())
          .add(Long.class, new WholeNumber().nullSafe())
          .add(
              Instant.class,
              new TextAdapter<>("an instant", MILLIS::format, Json::instant).nullSafe())
          .add(
              LocalDate.class,
              new TextAdapter<>("a day", LocalDate::toString, LocalDate::parse).nullSafe())
          .build();

  /** What is written here is later than this, and earlier than that. */
  private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");

  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  private Json() {}

  /** Of an instant at the end of time no later one can be computed. */
  private static Instant instant(String text) {
    Instant instant = Instant.parse(text);
    if (instant.isBefore(YEAR_0) || !instant.isBefore(YEAR_10000)) {
      throw new DateTimeException(text);
    }
    return instant;
  }

  /** Writes a record, map, list or plain value, without line breaks. */
  public static String text(@Nullable Object value) {
    return MOSHI.adapter(Object.class).serializeNulls().toJson(value);
  }

  /** As {@link #text}, in UTF-8. */
  public static byte[] write(Object value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Parses a document. Members that the type does not have are ignored. {@code Object} takes any
   * document, with each number as a {@code Double}.
   *
   * @throws IOException if it is not JSON, has another shape or an unknown word, or lacks a member
   *     that must not be null
   */
  public static <T> T read(Class<T> type, byte[] document) throws IOException {
    T value;
    try {
      value = MOSHI.adapter(type).fromJson(new String(document, StandardCharsets.UTF_8));
    } catch (RuntimeException | StackOverflowError e) {
      throw new IOException("not a " + type.getSimpleName() + " document: " + e.getMessage(), e);
    }
    if (value == null) {
      throw new IOException("not a " + type.getSimpleName() + " document: null");
    }
    return value;
  }

  /** As Moshi's own, but a long number is not parsed: a million digits take Java a minute. */
  private static final class WholeNumber extends JsonAdapter<Long> {
    private static final int LONGEST = 40;

    @Override
    public Long fromJson(JsonReader reader) throws IOException {
      String number = reader.nextString();
      try {
        return new BigDecimal(number.length() > LONGEST ? "" : number).longValueExact();
      } catch (ArithmeticException | NumberFormatException e) {
        throw new JsonDataException("not a whole number of 64 bits at " + reader.getPath(), e);
      }
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Long value) throws IOException {
      writer.value(value);
    }
  }
}
