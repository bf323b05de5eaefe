package org.kextwatch.agent.health;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the output of {@code mdatp health --output json}: one object with members in camel case.
 * Settings are wrapped as {@code {"displayValue":true,"isManaged":false,"value":true}},
 * enumerations as {@code {"$type":"upToDate"}}; times are milliseconds in a string (seen in
 * 101.98.30).
 */
final class JsonForm {
  private JsonForm() {}

  /**
   * Reads one object and ignores what follows it. The first of two members with one name counts.
   *
   * @return empty if it is not an object, not complete, or nested too deeply
   */
  static Map<HealthField, FieldValue> read(String json) {
    Map<HealthField, FieldValue> found = new EnumMap<>(HealthField.class);
    try (JsonReader reader = open(json)) {
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        FieldValue value = unwrap(reader.readJsonValue());
        HealthField.named(name).ifPresent(field -> found.putIfAbsent(field, value));
      }
      reader.endObject();
      return found;
    } catch (IOException | JsonDataException e) {
      return Map.of();
    }
  }

  /** Reads one list, {@code null} if it is not one. */
  static @Nullable List<?> list(String json) {
    try (JsonReader reader = open(json)) {
      return reader.readJsonValue() instanceof List<?> items ? items : null;
    } catch (IOException | JsonDataException e) {
      return null;
    }
  }

  private static JsonReader open(String json) {
    return JsonReader.of(new Buffer().writeUtf8(json));
  }

  private static FieldValue unwrap(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> wrapper)) {
      return new FieldValue(value, false);
    }
    Object inner = wrapper.containsKey("value") ? wrapper.get("value") : wrapper.get("$type");
    return new FieldValue(inner, Boolean.TRUE.equals(wrapper.get("isManaged")));
  }
}
