package org.kextwatch.agent.cli;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.status.Status;

/** The status as JSON: the whole document or one value of it. */
final class StatusDocument {
  private StatusDocument() {}

  static String of(Status status) {
    return new String(Json.write(status), StandardCharsets.UTF_8);
  }

  /**
   * One value: text without quotes, {@code null} for what is not known, objects as JSON.
   *
   * @param path the names of the members, separated by dots
   * @return empty if the document has no such field
   */
  static Optional<String> field(Status status, String path) {
    Object at;
    try {
      at = new Moshi.Builder().build().adapter(Object.class).fromJson(of(status));
    } catch (IOException e) {
      throw new IllegalStateException("our own document is JSON", e);
    }
    for (String name : path.split("\\.", -1)) {
      if (!(at instanceof Map<?, ?> map) || !map.containsKey(name)) {
        return Optional.empty();
      }
      at = map.get(name);
    }
    return Optional.of(bare(at));
  }

  private static String bare(@Nullable Object value) {
    if (value instanceof Double number && number == Math.rint(number)) {
      return String.valueOf(number.longValue());
    }
    return value instanceof Map || value instanceof List
        ? new String(Json.write(value), StandardCharsets.UTF_8)
        : String.valueOf(value);
  }
}
