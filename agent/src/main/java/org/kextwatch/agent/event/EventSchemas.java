package org.kextwatch.agent.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.status.Reason;

/**
 * What receivers may rely on, as JSON Schema 2020-12: one schema for each type of event, what they
 * share, and the status document. They name members that must be there and allow others, because
 * within a major version members are added.
 */
public final class EventSchemas {
  private static final String FOLDER = "schema/1/";

  private EventSchemas() {}

  /** Every schema by the name of its file; they refer to one another by these names. */
  public static Map<String, String> schemas() {
    List<String> names = new ArrayList<>(List.of("status.json", "envelope.json"));
    for (EventType type : EventType.values()) {
      names.add(type.schemaFile());
    }
    Map<String, String> schemas = new LinkedHashMap<>();
    names.forEach(name -> schemas.put(name, load(name)));
    return schemas;
  }

  private static String load(String name) {
    try (InputStream in = EventSchemas.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("this program lacks its own " + FOLDER + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("\"@reasons@\"", reasons());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String reasons() {
    return Stream.of(Reason.values())
        .map(reason -> '"' + EnumAdapter.of(reason) + '"')
        .collect(Collectors.joining(", "));
  }
}
