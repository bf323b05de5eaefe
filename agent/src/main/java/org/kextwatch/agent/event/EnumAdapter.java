package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import com.squareup.moshi.Types;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.EnumWord;

/** Enums in JSON as lower-case words: {@code AT_RISK} is {@code at_risk}. */
final class EnumAdapter extends JsonAdapter<Enum<?>> {
  private final Map<String, Enum<?>> constants = new LinkedHashMap<>();

  private EnumAdapter(Class<?> type) {
    for (Object constant : type.getEnumConstants()) {
      Enum<?> word = (Enum<?>) constant;
      constants.put(EnumWord.of(word), word);
    }
  }

  @Override
  public Enum<?> fromJson(JsonReader reader) throws IOException {
    String word = reader.nextString();
    Enum<?> constant = constants.get(word);
    if (constant == null) {
      throw new JsonDataException(
          "unknown word at %s, not one of %s".formatted(reader.getPath(), constants.keySet()));
    }
    return constant;
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable Enum<?> value) throws IOException {
    writer.value(value == null ? null : EnumWord.of(value));
  }

  static final class Factory implements JsonAdapter.Factory {
    @Override
    public @Nullable JsonAdapter<?> create(
        Type type, Set<? extends Annotation> annotations, Moshi moshi) {
      Class<?> raw = Types.getRawType(type);
      return raw.isEnum() ? new EnumAdapter(raw).nullSafe() : null;
    }
  }
}
