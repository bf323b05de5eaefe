package org.kextwatch.agent.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
  private static final List<String> SHARED = List.of("status", "envelope");

  private EventSchemas() {}

  /**
   * Every schema by the name of its file. Each stands alone: validators resolve the name of a file
   * against a URN in different ways, so no schema refers to another.
   */
  public static Map<String, String> schemas() {
    Map<String, String> schemas = new LinkedHashMap<>();
    SHARED.forEach(name -> schemas.put(name + ".json", load(name + ".json")));
    for (EventType type : EventType.values()) {
      schemas.put(type.schemaFile(), load(type.schemaFile()));
    }
    return schemas;
  }

  private static String load(String name) {
    try (InputStream in = EventSchemas.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the program file is incomplete: no " + FOLDER + name);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String shared : SHARED) {
        String mark = "\"@" + shared + "@\"";
        text = text.contains(mark) ? text.replace(mark, embedded(shared)) : text;
      }
      return text.replace("\"@reasons@\"", reasons());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A shared schema as a definition in another one. */
  private static String embedded(String name) {
    return load(name + ".json")
        .replaceAll("(?m)^  \"\\$(schema|id)\": .*\\R", "")
        .replace("\"#/$defs/", "\"#/$defs/" + name + "/$defs/")
        .indent(4)
        .strip();
  }

  private static String reasons() {
    return Stream.of(Reason.values())
        .map(reason -> '"' + EnumWord.of(reason) + '"')
        .collect(Collectors.joining(", "));
  }
}
