package org.kextwatch.agent.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.kextwatch.agent.mac.AgentPaths;

/**
 * The form of Jamf Pro, made from the list of keys. Jamf stores what the form shows, so it shows
 * nothing until somebody adds a setting ({@code defaultProperties}). The nesting of the schema is
 * that of the property list: special settings come last and have a title that says so.
 */
final class JamfSchema {
  /** Orders grow in steps, so that the settings of a later release fit between. */
  private static final int STEP = 5;

  private static final int EXPERT = 1_000;
  private static final int MAX_TEXT = 4096;
  private static final int MAX_LABELS = 16;

  private int everyday;
  private int expert = EXPERT;

  static Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", "Kextwatch");
    schema.put(
        "description",
        "Add the settings that you want with Add/Remove properties. What is not added keeps its"
            + " default.");
    schema.put("__preferencedomain", "org.kextwatch.agent");
    schema.putAll(group(new JamfSchema().properties()));
    return schema;
  }

  private static Map<String, Object> group(Map<String, Object> properties) {
    Map<String, Object> group = new LinkedHashMap<>();
    group.put("type", "object");
    group.put("defaultProperties", List.of());
    group.put("additionalProperties", false);
    group.put("properties", properties);
    return group;
  }

  private Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (boolean everydayOnes : new boolean[] {true, false}) {
      for (FormField field : FormField.all()) {
        if (field.isEveryday() == everydayOnes) {
          members(field, properties).put(field.name(), property(field));
        }
      }
    }
    return properties;
  }

  /** Where the field belongs; the first of a dictionary makes it. */
  @SuppressWarnings("unchecked")
  private Map<String, Object> members(FormField field, Map<String, Object> top) {
    String dictionary = field.dictionary();
    if (dictionary == null) {
      return top;
    }
    Map<String, Object> group =
        (Map<String, Object>)
            top.computeIfAbsent(
                dictionary,
                name -> {
                  Map<String, Object> described =
                      described("Expert: " + FormField.title(name), "A group of settings.", name);
                  order(described, expert += STEP);
                  described.putAll(group(new LinkedHashMap<>()));
                  return described;
                });
    return (Map<String, Object>) Objects.requireNonNull(group.get("properties"));
  }

  private Map<String, Object> property(FormField field) {
    boolean isPlain = field.isEveryday() || field.dictionary() != null;
    Map<String, Object> property =
        described(
            (isPlain ? "" : "Expert: ") + field.title(),
            "%s Allowed: %s.%s"
                .formatted(
                    field.key().description(), field.key().type().allowed(), defaultOf(field)),
            field.key().name());
    order(property, field.isEveryday() ? (everyday += STEP) : (expert += STEP));
    values(field, property);
    Object defaultValue = field.defaultValue();
    if (defaultValue != null) {
      property.put("default", defaultValue);
    }
    return property;
  }

  private static String defaultOf(FormField field) {
    Object value = field.defaultValue();
    return value == null ? "" : " Default: %s.".formatted(value);
  }

  private static Map<String, Object> described(String title, String description, String key) {
    Map<String, Object> property = new LinkedHashMap<>();
    property.put("title", title);
    property.put("description", description);
    property.put("options", Map.of("infoText", "Key: " + key));
    return property;
  }

  /** Jamf names the first of these, the editor that it uses the second. */
  private static void order(Map<String, Object> property, int order) {
    property.put("property_order", order);
    property.put("propertyOrder", order);
  }

  private static void values(FormField field, Map<String, Object> property) {
    NumberType<?> number = field.number();
    if (number != null) {
      property.put("type", "integer");
      property.put("minimum", number.isZeroAllowed() ? 0 : number.min());
      property.put("maximum", number.max());
      if (number.isZeroAllowed()) {
        Map<String, Object> between = new TreeMap<>(); // in one order, whatever the run
        between.put("minimum", 1);
        between.put("maximum", number.min() - 1);
        property.put("not", between);
      }
    } else if (field.isFlag()) {
      property.put("type", "boolean");
      property.put("format", "checkbox");
    } else if (field.isTexts()) {
      texts(field, property);
    } else {
      property.put("type", "string");
      if (!field.words().isEmpty()) {
        property.put("enum", field.words());
      } else {
        property.put("pattern", Objects.requireNonNull(field.pattern(), field.name()));
        property.put("maxLength", MAX_TEXT);
      }
    }
  }

  private static void texts(FormField field, Map<String, Object> property) {
    property.put("type", "object");
    Map<String, Object> text = new LinkedHashMap<>(Map.of("type", "string"));
    if (field.key().type() == ValueTypes.HEADERS) {
      property.put("propertyNames", Map.of("pattern", "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"));
      text.put("pattern", "^[\\u0020-\\u007e\\t]{1,4032}$");
    } else {
      property.put("maxProperties", MAX_LABELS);
    }
    property.put("additionalProperties", text);
  }

  /** The schema is for the settings of this domain. */
  static String file() {
    return AgentPaths.MANAGED_SETTINGS.replaceFirst(".*/(.*)\\.plist", "launchd/mdm/jamf/$1.json");
  }
}
