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
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.status.Reason;

/**
 * The contract with receivers as JSON Schema 2020-12: one schema for each event type, the common
 * envelope, and the status document. Unknown members are allowed, because members are added within
 * a major version.
 */
public final class EventSchemas {
  private static final String FOLDER = "schema/1/";

  private EventSchemas() {}

  /** Every schema by its file name; they refer to each other by these names. */
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
        throw new IllegalStateException("the program file is incomplete: no " + FOLDER + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("\"@reasons@\"", reasons());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String reasons() {
    return Stream.of(Reason.values())
        .map(reason -> '"' + EnumWord.of(reason) + '"')
        .collect(Collectors.joining(", "));
  }
}
