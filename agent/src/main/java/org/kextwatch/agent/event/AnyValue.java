package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values of no declared type, such as those of a change. Moshi writes each as what it is, but reads
 * every number as a double; here a whole one stays whole.
 */
final class AnyValue extends JsonAdapter<Object> {
  private final JsonAdapter<Object> delegate;

  private AnyValue(JsonAdapter<Object> delegate) {
    this.delegate = delegate;
  }

  @Override
  public @Nullable Object fromJson(JsonReader reader) throws IOException {
    return switch (reader.peek()) {
      case NUMBER -> number(reader.nextString());
      case BEGIN_ARRAY -> list(reader);
      case BEGIN_OBJECT -> map(reader);
      default -> delegate.fromJson(reader);
    };
  }

  private static Object number(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return Double.valueOf(text);
    }
  }

  private List<@Nullable Object> list(JsonReader reader) throws IOException {
    List<@Nullable Object> list = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      list.add(fromJson(reader));
    }
    reader.endArray();
    return list;
  }

  private Map<String, @Nullable Object> map(JsonReader reader) throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNext()) {
      map.put(reader.nextName(), fromJson(reader));
    }
    reader.endObject();
    return map;
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable Object value) throws IOException {
    delegate.toJson(writer, value);
  }

  static final class Factory implements JsonAdapter.Factory {
    @Override
    public @Nullable JsonAdapter<?> create(
        Type type, Set<? extends Annotation> annotations, Moshi moshi) {
      return type == Object.class ? new AnyValue(moshi.nextAdapter(this, type, annotations)) : null;
    }
  }
}
