package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.config.ValueType.Bounds;

/** The form of Jamf Pro has every key, and takes what the program takes. */
class JamfSchemaTest {
  private static final SchemaRegistry DRAFT_7 =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

  /** The rules of the pre-commit hook check-preference-manifests (homebysix) for such a file. */
  private static final Map<String, Class<?>> TYPES =
      Map.of(
          "string", String.class,
          "integer", Number.class,
          "boolean", Boolean.class,
          "object", Map.class);

  @BeforeAll
  static void writeIfAsked() throws IOException {
    GeneratedFile.writeIfAsked(JamfSchema.file(), generated());
  }

  @Test
  void theCommittedFileIsMadeFromTheKeys() throws IOException {
    GeneratedFile.assertIs(JamfSchema.file(), generated());
  }

  private static String generated() {
    return new Moshi.Builder()
            .build()
            .adapter(Object.class)
            .indent("  ")
            .toJson(JamfSchema.schema())
        + "\n";
  }

  @Test
  void itIsASchema() throws IOException {
    Schema meta = DRAFT_7.getSchema(SchemaLocation.of("http://json-schema.org/draft-07/schema#"));
    assertEquals(List.of(), meta.validate(text(), InputFormat.JSON));
  }

  /** A form that shows nothing stores nothing, which the soak test tries with the real editors. */
  @Test
  void anUntouchedFormShowsNothing() throws IOException {
    List<String> groups = new ArrayList<>();
    visit(
        "",
        committed(),
        (name, node) -> {
          if (node.containsKey("properties")) {
            assertEquals(List.of(), node.get("defaultProperties"), name);
            assertEquals(false, node.get("additionalProperties"), name);
            groups.add(name);
          }
        });
    assertEquals(List.of("", "extension", "spool"), groups.stream().sorted().toList());
    assertEquals("org.kextwatch.agent", committed().get("__preferencedomain"));
  }

  @Test
  void everydaySettingsComeFirstAndOthersSayWhatTheyAre() throws IOException {
    Map<String, Map<?, ?>> properties = properties();
    long firstExpert = Long.MAX_VALUE;
    long lastEveryday = 0;
    for (Key<?> key : Keys.all()) {
      Map<?, ?> property = properties.get(key.name());
      long order = ((Number) property.get("property_order")).longValue();
      assertEquals(property.get("property_order"), property.get("propertyOrder"));
      boolean isEveryday = new FormField(key).isEveryday();
      lastEveryday = isEveryday ? Math.max(lastEveryday, order) : lastEveryday;
      firstExpert = isEveryday ? firstExpert : Math.min(firstExpert, order);
      String top = key.name().replaceFirst("\\..*", "");
      String title = (String) properties.get(top).get("title");
      assertEquals(!isEveryday, title.startsWith("Expert: "), title);
    }
    assertTrue(lastEveryday < firstExpert, lastEveryday + " and " + firstExpert);
  }

  @Test
  void eachPropertyIsAKeyWithItsDefaultAndBounds() throws IOException {
    Map<String, Map<?, ?>> properties = properties();
    properties.keySet().removeAll(List.of("extension", "spool"));
    assertEquals(
        Keys.all().stream().map(Key::name).sorted().toList(), List.copyOf(properties.keySet()));
    for (Key<?> key : Keys.all()) {
      Map<?, ?> property = properties.get(key.name());
      assertEquals(plain(new FormField(key).defaultValue()), property.get("default"), key.name());
      if (key.type() instanceof NumberType<?> number) {
        assertEquals(number.isZeroAllowed() ? 0.0 : number.min(), property.get("minimum"));
        assertEquals((double) number.max(), property.get("maximum"), key.name());
      }
      assertTrue(((String) property.get("description")).startsWith(key.description()));
      Class<?> type = TYPES.get((String) property.get("type"));
      Object value = property.get("default");
      assertTrue(value == null || type.isInstance(value), key.name());
    }
  }

  static Stream<Key<?>> keys() {
    return Keys.all().stream();
  }

  /** Of values that have the type of the form, it takes those that the program takes. */
  @ParameterizedTest
  @MethodSource("keys")
  void itTakesWhatTheProgramTakes(Key<?> key) throws IOException {
    Schema schema = DRAFT_7.getSchema(text(), InputFormat.JSON);
    int taken = 0;
    for (Object value : FormSamples.of(new FormField(key))) {
      Map<String, Object> settings = nested(key.name(), value);
      SettingsParser parser = new SettingsParser("a file", Bounds.REAL_MAC, Map.of());
      parser.parse(settings);
      List<?> complaints = schema.validate(Schemas.write(settings), InputFormat.JSON);
      assertEquals(
          parser.problems.isEmpty(),
          complaints.isEmpty(),
          () -> settings + " " + parser.problems + " " + complaints);
      assertEquals(List.of(), parser.warnings);
      taken += complaints.isEmpty() ? 1 : 0;
    }
    assertTrue(taken > 0 && taken < FormSamples.of(new FormField(key)).size(), key.name());
  }

  private static Map<String, Object> nested(String name, Object value) {
    int dot = name.indexOf('.');
    return dot < 0
        ? Map.of(name, value)
        : Map.of(name.substring(0, dot), Map.of(name.substring(dot + 1), value));
  }

  private static Object plain(Object value) {
    return value instanceof Number number ? Double.valueOf(number.doubleValue()) : value;
  }

  /** By their dotted names, groups included. */
  private static Map<String, Map<?, ?>> properties() throws IOException {
    Map<String, Map<?, ?>> found = new TreeMap<>();
    visit("", committed(), found::put);
    found.remove("");
    return found;
  }

  private static void visit(String name, Map<?, ?> node, Visitor visitor) {
    visitor.visit(name, node);
    if (node.get("properties") instanceof Map<?, ?> members) {
      members.forEach(
          (member, property) ->
              visit(
                  name.isEmpty() ? "" + member : name + "." + member,
                  (Map<?, ?>) property,
                  visitor));
    }
  }

  private interface Visitor {
    void visit(String name, Map<?, ?> node);
  }

  private static Map<?, ?> committed() throws IOException {
    return (Map<?, ?>) Schemas.parse(text());
  }

  private static String text() throws IOException {
    return Files.readString(Script.REPOSITORY.resolve(JamfSchema.file()));
  }
}
