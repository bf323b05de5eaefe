package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Instants in JSON: {@code 2026-11-23T18:45:17.042Z}, always with milliseconds. */
final class InstantAdapter extends JsonAdapter<Instant> {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** The text of an instant, without what is finer than a millisecond. */
  static String of(Instant instant) {
    return MILLIS.format(instant);
  }

  @Override
  public Instant fromJson(JsonReader reader) throws IOException {
    String text = reader.nextString();
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new JsonDataException("not an instant at " + reader.getPath(), e);
    }
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable Instant value) throws IOException {
    writer.value(value == null ? null : of(value));
  }

  static final class Factory implements JsonAdapter.Factory {
    @Override
    public @Nullable JsonAdapter<?> create(
        Type type, Set<? extends Annotation> annotations, Moshi moshi) {
      return type == Instant.class ? new InstantAdapter().nullSafe() : null;
    }
  }
}
