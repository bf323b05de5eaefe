package org.kextwatch.agent.config;

import com.dd.plist.NSDate;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kextwatch.agent.mac.AgentPaths;

/**
 * The manifest that editors of profiles read (iMazing Profile Editor, ProfileCreator), made from
 * the list of keys, in the format of ProfileManifests/ProfileManifests.
 */
final class PreferenceManifest {
  static final String FILE = "launchd/mdm/manifest/" + AgentPaths.LABEL + ".plist";

  /** Both grow when the content changes. */
  private static final int VERSION = 1;

  private static final Instant MODIFIED = Instant.parse("2026-11-26T00:00:00Z");

  private static final String UUID =
      "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

  private PreferenceManifest() {}

  static NSDictionary manifest() {
    NSDictionary manifest = new NSDictionary();
    manifest.put("pfm_title", "Kextwatch");
    manifest.put(
        "pfm_description", "Watches whether Microsoft Defender protects the Mac, and reports it.");
    manifest.put("pfm_domain", AgentPaths.LABEL);
    manifest.put("pfm_format_version", 1);
    manifest.put("pfm_version", VERSION);
    manifest.put("pfm_last_modified", new NSDate(Date.from(MODIFIED)));
    manifest.put("pfm_platforms", List.of("macOS"));
    manifest.put("pfm_targets", List.of("system"));
    manifest.put("pfm_unique", true);
    List<Map<String, Object>> keys = new ArrayList<>(payloadKeys());
    keys.add(tabs());
    keys.addAll(settings());
    manifest.put("pfm_subkeys", NSObject.fromJavaObject(keys));
    return manifest;
  }

  /** The keys of every payload, which each manifest begins with. */
  private static List<Map<String, Object>> payloadKeys() {
    Map<String, Object> uuid = payloadKey("PayloadUUID", "string", "A UUID of this payload.");
    uuid.put("pfm_format", UUID);
    Map<String, Object> version = payloadKey("PayloadVersion", "integer", "Always 1.");
    version.put("pfm_default", 1);
    version.put("pfm_range_list", List.of(1));
    return List.of(
        optional("PayloadDescription", "What the payload is for."),
        payloadKey("PayloadDisplayName", "string", "The name of the payload.", "Kextwatch"),
        payloadKey("PayloadIdentifier", "string", "An identifier.", AgentPaths.LABEL),
        payloadKey("PayloadType", "string", "The domain of the settings.", AgentPaths.LABEL),
        uuid,
        version,
        optional("PayloadOrganization", "Who deploys the profile."));
  }

  private static Map<String, Object> payloadKey(
      String name, String type, String description, Object... defaultValue) {
    Map<String, Object> key = described(name, type, name.replace("Payload", "Payload "));
    key.put("pfm_description", description);
    key.put("pfm_require", "always");
    if (defaultValue.length > 0) {
      key.put("pfm_default", defaultValue[0]);
    }
    return key;
  }

  private static Map<String, Object> optional(String name, String description) {
    Map<String, Object> key = payloadKey(name, "string", description);
    key.remove("pfm_require");
    return key;
  }

  private static Map<String, Object> tabs() {
    Map<String, List<String>> names = new LinkedHashMap<>();
    names.put("Everyday", new ArrayList<>());
    names.put("Expert", new ArrayList<>());
    for (FormField field : FormField.all()) {
      List<String> tab =
          Objects.requireNonNull(names.get(field.isEveryday() ? "Everyday" : "Expert"));
      String top = Objects.requireNonNullElse(field.dictionary(), field.name());
      if (!tab.contains(top)) {
        tab.add(top);
      }
    }
    Map<String, Object> tabs = new LinkedHashMap<>();
    tabs.put("pfm_name", "PFC_SegmentedControl_0");
    tabs.put("pfm_type", "string");
    tabs.put("pfm_range_list_titles", List.copyOf(names.keySet()));
    tabs.put("pfm_segments", names);
    return tabs;
  }

  private static List<Map<String, Object>> settings() {
    Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
    for (FormField field : FormField.all()) {
      String dictionary = field.dictionary();
      if (dictionary == null) {
        settings.put(field.name(), setting(field));
      } else {
        Map<String, Object> group =
            settings.computeIfAbsent(dictionary, PreferenceManifest::emptyGroup);
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> members =
            (List<Map<String, Object>>) Objects.requireNonNull(group.get("pfm_subkeys"));
        members.add(setting(field));
      }
    }
    return List.copyOf(settings.values());
  }

  private static Map<String, Object> emptyGroup(String name) {
    Map<String, Object> group = described(name, "dictionary", FormField.title(name));
    group.put("pfm_description", "A group of settings.");
    group.put("pfm_subkeys", new ArrayList<>());
    return group;
  }

  private static Map<String, Object> setting(FormField field) {
    Map<String, Object> setting = described(field.name(), type(field), field.title());
    String allowed = field.key().type().allowed();
    setting.put("pfm_description", field.key().description() + " Allowed: " + allowed + ".");
    Object defaultValue = field.defaultValue();
    if (defaultValue != null) {
      setting.put("pfm_default", defaultValue);
    }
    NumberType<?> number = field.number();
    if (number != null) {
      setting.put("pfm_range_min", number.isZeroAllowed() ? 0 : number.min());
      setting.put("pfm_range_max", number.max());
      setting.put("pfm_value_unit", allowed.replaceFirst(".* ", ""));
    } else if (!field.words().isEmpty()) {
      setting.put("pfm_range_list", field.words());
    } else if (field.pattern() != null) {
      setting.put("pfm_format", field.pattern());
    } else if (field.isTexts()) {
      setting.put(
          "pfm_subkeys",
          List.of(
              described("{{key}}", "string", "Name"), described("{{value}}", "string", "Text")));
    }
    return setting;
  }

  private static String type(FormField field) {
    if (field.number() != null) {
      return "integer";
    }
    return field.isFlag() ? "boolean" : field.isTexts() ? "dictionary" : "string";
  }

  private static Map<String, Object> described(String name, String type, String title) {
    Map<String, Object> key = new LinkedHashMap<>();
    key.put("pfm_name", name);
    key.put("pfm_type", type);
    key.put("pfm_title", title);
    return key;
  }
}
