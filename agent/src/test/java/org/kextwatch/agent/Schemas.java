package org.kextwatch.agent;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kextwatch.agent.event.EventSchemas;

/**
 * Judges documents by the published schemas and by the CloudEvents SDK. The schemas allow members
 * that they do not name; here no such member is allowed, or one could be added and never described.
 */
public final class Schemas {
  private static final String BASE = "urn:kextwatch:schema:1:";
  private static final JsonAdapter<Object> JSON =
      new Moshi.Builder().build().adapter(Object.class).serializeNulls();
  private static final Map<String, Schema> STRICT = schemas(true);
  private static final Map<String, Schema> PUBLISHED = schemas(false);

  private Schemas() {}

  /** What is wrong with the body of an event, nothing if it is as it should be. */
  public static List<String> flaws(String body) {
    List<String> flaws = new ArrayList<>();
    Object dataschema = ((Map<?, ?>) parse(body)).get("dataschema");
    if (dataschema instanceof String name && PUBLISHED.containsKey(name)) {
      flaws.addAll(flaws(STRICT.get(name), body));
      flaws.addAll(flaws(PUBLISHED.get(name), body));
    } else {
      flaws.add("no schema of ours: " + dataschema);
    }
    flaws.addAll(flawsAsCloudEvent(body));
    return flaws;
  }

  /** What is wrong with a status document. */
  public static List<String> flawsOfStatus(String document) {
    return flaws(STRICT.get(BASE + "status"), document);
  }

  /** As receivers see it, who do not mind what was added. */
  public static List<String> flawsToReceivers(String schema, String document) {
    return flaws(PUBLISHED.get(BASE + schema), document);
  }

  private static List<String> flaws(Schema schema, String document) {
    return schema
        .validate(
            document,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Error::toString)
        .toList();
  }

  private static List<String> flawsAsCloudEvent(String body) {
    try {
      CloudEvent event = new JsonFormat().deserialize(body.getBytes(StandardCharsets.UTF_8));
      Map<?, ?> members = (Map<?, ?>) parse(body);
      boolean same =
          event.getId().equals(members.get("id"))
              && event.getType().equals(members.get("type"))
              && event.getSource().toString().equals(members.get("source"))
              && Objects.equals(event.getSubject(), members.get("subject"))
              && Objects.equals(event.getExtension("sequence"), members.get("sequence"));
      return same ? List.of() : List.of("CloudEvents reads another event: " + event);
    } catch (EventDeserializationException e) {
      return List.of("no CloudEvent: " + e.getMessage());
    }
  }

  /** By their names; each is read without the others, as by a receiver that has one file. */
  private static Map<String, Schema> schemas(boolean strict) {
    Map<String, Schema> byName = new LinkedHashMap<>();
    for (String text : EventSchemas.schemas().values()) {
      Map<?, ?> schema = (Map<?, ?>) parse(text);
      byName.put(
          (String) schema.get("$id"),
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(strict ? JSON.toJson(closed(schema)) : text));
    }
    return byName;
  }

  /** The same schema without room for members that it does not name; others add to the envelope. */
  private static Object closed(Object node) {
    if (node instanceof List<?> list) {
      return list.stream().map(Schemas::closed).toList();
    }
    if (!(node instanceof Map<?, ?> map)) {
      return node;
    }
    Map<Object, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(key, key.equals("envelope") ? value : closed(value)));
    if (map.get("properties") instanceof Map<?, ?> && !map.containsKey("additionalProperties")) {
      copy.put("unevaluatedProperties", false);
    }
    return copy;
  }

  /** JSON as maps and lists. */
  public static Object parse(String json) {
    try {
      return JSON.fromJson(json);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + json, e);
    }
  }

  public static String write(Object json) {
    return JSON.toJson(json);
  }
}
