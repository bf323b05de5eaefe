package org.kextwatch.agent.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.status.Status;

/** One value of the status document, for scripts. */
final class StatusDocument {
  private StatusDocument() {}

  /**
   * One value: text without quotes, {@code null} for what is not known, objects as JSON.
   *
   * @param path the names of the members, separated by dots
   * @return empty if the document has no such field
   */
  static Optional<String> field(Status status, String path) {
    Object at;
    try {
      at = Json.read(Object.class, Json.write(status));
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
    return value instanceof Map || value instanceof List ? Json.text(value) : String.valueOf(value);
  }
}
