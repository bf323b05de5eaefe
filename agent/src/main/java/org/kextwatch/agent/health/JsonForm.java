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
 * The output of {@code mdatp health --output json}: one object, its members in camel case. Settings
 * are wrapped as {@code {"displayValue":true,"isManaged":false,"value":true}}, enumerations as
 * {@code {"$type":"upToDate"}}, times are milliseconds in a string (seen in 101.98.30).
 */
final class JsonForm {
  private JsonForm() {}

  /**
   * Reads one object; what follows it is ignored. Of a name that comes twice the first counts.
   *
   * @return empty if it is no object, not whole, or nested beyond reason: half is not believed
   */
  static Map<HealthField, FieldValue> read(String json) {
    Map<HealthField, FieldValue> found = new EnumMap<>(HealthField.class);
    try (JsonReader reader = open(json)) {
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        FieldValue reading = unwrap(reader.readJsonValue());
        HealthField.named(name).ifPresent(field -> found.putIfAbsent(field, reading));
      }
      reader.endObject();
      return found;
    } catch (IOException | JsonDataException e) {
      return Map.of();
    }
  }

  /** Reads one list of whatever it holds, {@code null} if it is not one. */
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
