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
import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Days in JSON: {@code 2026-11-23}. */
final class DayAdapter extends JsonAdapter<LocalDate> {
  @Override
  public LocalDate fromJson(JsonReader reader) throws IOException {
    String text = reader.nextString();
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new JsonDataException("not a day at " + reader.getPath(), e);
    }
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable LocalDate value) throws IOException {
    writer.value(value == null ? null : value.toString());
  }

  static final class Factory implements JsonAdapter.Factory {
    @Override
    public @Nullable JsonAdapter<?> create(
        Type type, Set<? extends Annotation> annotations, Moshi moshi) {
      return type == LocalDate.class ? new DayAdapter().nullSafe() : null;
    }
  }
}
