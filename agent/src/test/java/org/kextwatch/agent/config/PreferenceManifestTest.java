package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import com.dd.plist.PropertyListParser;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;

/** The manifest for editors of profiles has every key, and keeps the rules of its repository. */
class PreferenceManifestTest {
  @BeforeAll
  static void writeIfAsked() throws Exception {
    GeneratedFile.writeIfAsked(PreferenceManifest.FILE, generated());
  }

  @Test
  void theCommittedFileIsMadeFromTheKeys() throws Exception {
    GeneratedFile.assertIs(PreferenceManifest.FILE, generated());
  }

  private static String generated() {
    return PreferenceManifest.manifest().toXMLPropertyList() + "\n";
  }

  @Test
  void itKeepsTheRules() throws Exception {
    assertEquals(List.of(), ManifestRules.complaints(committed()));
  }

  @Test
  void eachSettingIsAKeyWithItsDefaultAndBounds() throws Exception {
    Map<String, NSDictionary> settings = new TreeMap<>();
    for (NSDictionary key : ManifestRules.subkeys(committed())) {
      String name = ManifestRules.text(key, "pfm_name");
      List<NSDictionary> members = ManifestRules.subkeys(key);
      boolean isGroup =
          !members.isEmpty() && !ManifestRules.text(members.get(0), "pfm_name").startsWith("{{");
      if (isGroup) {
        members.forEach(m -> settings.put(name + "." + ManifestRules.text(m, "pfm_name"), m));
      } else if (!name.matches("Payload.*|PFC_.*")) {
        settings.put(name, key);
      }
    }
    assertEquals(
        Keys.all().stream().map(Key::name).sorted().toList(), List.copyOf(settings.keySet()));
    for (Key<?> key : Keys.all()) {
      NSDictionary setting = settings.get(key.name());
      Object value = new FormField(key).defaultValue();
      NSObject written = setting.get("pfm_default");
      assertEquals(
          value == null ? null : value.toString(), written == null ? null : written.toString());
      if (key.type() instanceof NumberType<?> number) {
        assertEquals(number.max(), ((NSNumber) setting.get("pfm_range_max")).longValue());
      }
    }
  }

  @Test
  void everySettingIsOnOneTab() throws Exception {
    List<String> onTabs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (NSDictionary key : ManifestRules.subkeys(committed())) {
      if (key.get("pfm_segments") instanceof NSDictionary tabs) {
        for (String tab : tabs.allKeys()) {
          ManifestRules.members(tabs, tab).forEach(name -> onTabs.add(name.toString()));
        }
      } else if (!ManifestRules.text(key, "pfm_name").startsWith("Payload")) {
        names.add(ManifestRules.text(key, "pfm_name"));
      }
    }
    assertEquals(names.stream().sorted().toList(), onTabs.stream().sorted().toList());
  }

  static Stream<Arguments> flaws() {
    return Stream.of(
        flaw((root, key) -> root.remove("pfm_title")),
        flaw((root, key) -> root.put("pfm_format_version", 2)),
        flaw((root, key) -> root.put("pfm_platforms", List.of("Windows"))),
        flaw((root, key) -> key.put("pfm_default", 300)),
        flaw((root, key) -> key.put("pfm_typ", "string")),
        flaw((root, key) -> key.put("pfm_type", "number")),
        flaw((root, key) -> key.put("pfm_require", "sometimes")),
        flaw((root, key) -> key.put("pfm_name", "Other")));
  }

  private static Arguments flaw(BiConsumer<NSDictionary, NSDictionary> flaw) {
    return Arguments.of(flaw);
  }

  @ParameterizedTest
  @MethodSource("flaws")
  void aFlawIsFound(BiConsumer<NSDictionary, NSDictionary> flaw) {
    NSDictionary manifest = PreferenceManifest.manifest();
    flaw.accept(manifest, ManifestRules.subkeys(manifest).get(0));
    assertTrue(!ManifestRules.complaints(manifest).isEmpty());
  }

  private static NSDictionary committed() throws Exception {
    return (NSDictionary)
        PropertyListParser.parse(
            Files.readAllBytes(Script.REPOSITORY.resolve(PreferenceManifest.FILE)));
  }
}
