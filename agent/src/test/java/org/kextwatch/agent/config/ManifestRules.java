package org.kextwatch.agent.config;

import com.dd.plist.NSArray;
import com.dd.plist.NSDate;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import com.dd.plist.NSString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the check of ProfileManifests (check-preference-manifests of homebysix/pre-commit-macadmin)
 * asks of a manifest, as tables, and that no key is misspelt.
 */
final class ManifestRules {

  /** What a value of each type of a setting is. */
  private static final Map<String, Predicate<NSObject>> TYPES =
      Map.of(
          "string", NSString.class::isInstance,
          "integer", ManifestRules::isInteger,
          "boolean", ManifestRules::isFlag,
          "real", value -> value instanceof NSNumber number && number.isReal(),
          "array", NSArray.class::isInstance,
          "dictionary", NSDictionary.class::isInstance,
          "date", NSDate.class::isInstance);

  private static final Map<String, Predicate<NSObject>> OF_ROOT =
      Map.ofEntries(
          Map.entry("pfm_title", NSString.class::isInstance),
          Map.entry("pfm_domain", NSString.class::isInstance),
          Map.entry("pfm_description", NSString.class::isInstance),
          Map.entry("pfm_format_version", value -> value.toString().equals("1")),
          Map.entry("pfm_version", ManifestRules::isInteger),
          Map.entry("pfm_last_modified", NSDate.class::isInstance),
          Map.entry("pfm_platforms", each(Set.of("macOS", "iOS", "tvOS"))),
          Map.entry(
              "pfm_targets", each(Set.of("user", "user-managed", "system", "system-managed"))),
          Map.entry("pfm_unique", ManifestRules::isFlag),
          Map.entry("pfm_subkeys", NSArray.class::isInstance));

  private static final Map<String, Predicate<NSObject>> OF_KEY =
      Map.ofEntries(
          Map.entry("pfm_name", NSString.class::isInstance),
          Map.entry("pfm_type", value -> TYPES.containsKey(value.toString())),
          Map.entry("pfm_title", NSString.class::isInstance),
          Map.entry("pfm_description", NSString.class::isInstance),
          Map.entry("pfm_default", value -> true),
          Map.entry("pfm_format", NSString.class::isInstance),
          Map.entry("pfm_range_min", ManifestRules::isInteger),
          Map.entry("pfm_range_max", ManifestRules::isInteger),
          Map.entry("pfm_range_list", NSArray.class::isInstance),
          Map.entry("pfm_range_list_titles", NSArray.class::isInstance),
          Map.entry("pfm_value_unit", NSString.class::isInstance),
          Map.entry(
              "pfm_require",
              value -> Set.of("always", "always-nested", "push").contains(value.toString())),
          Map.entry("pfm_segments", NSDictionary.class::isInstance),
          Map.entry("pfm_subkeys", NSArray.class::isInstance));

  private static final List<String> OF_EVERY_PAYLOAD =
      List.of(
          "PayloadDescription",
          "PayloadDisplayName",
          "PayloadIdentifier",
          "PayloadType",
          "PayloadUUID",
          "PayloadVersion",
          "PayloadOrganization");

  private final List<String> complaints = new ArrayList<>();

  private ManifestRules() {}

  static List<String> complaints(NSDictionary manifest) {
    ManifestRules rules = new ManifestRules();
    rules.check("the manifest", manifest, OF_ROOT);
    OF_ROOT.keySet().stream()
        .filter(key -> !manifest.containsKey(key))
        .forEach(key -> rules.complaints.add("the manifest has no " + key));
    List<NSDictionary> keys = subkeys(manifest);
    List<String> first =
        keys.stream().limit(OF_EVERY_PAYLOAD.size()).map(key -> text(key, "pfm_name")).toList();
    if (!first.equals(OF_EVERY_PAYLOAD)) {
      rules.complaints.add("the manifest begins with " + first);
    }
    keys.forEach(rules::checkKey);
    return rules.complaints;
  }

  private void checkKey(NSDictionary key) {
    String name = text(key, "pfm_name");
    check(name, key, OF_KEY);
    Predicate<NSObject> type = TYPES.getOrDefault(text(key, "pfm_type"), value -> false);
    List<NSObject> values = new ArrayList<>(members(key, "pfm_range_list"));
    NSObject defaultValue = key.get("pfm_default");
    if (defaultValue != null) {
      values.add(defaultValue);
    }
    values.stream()
        .filter(value -> !type.test(value))
        .forEach(value -> complaints.add(name + " has a value of another type: " + value));
    subkeys(key).forEach(this::checkKey);
  }

  private void check(String name, NSDictionary dictionary, Map<String, Predicate<NSObject>> known) {
    for (String key : dictionary.allKeys()) {
      if (!known.getOrDefault(key, value -> false).test(dictionary.get(key))) {
        complaints.add(name + " has a wrong " + key);
      }
    }
  }

  private static boolean isInteger(NSObject value) {
    return value instanceof NSNumber number && number.isInteger();
  }

  private static boolean isFlag(NSObject value) {
    return value instanceof NSNumber number && number.isBoolean();
  }

  static List<NSDictionary> subkeys(NSDictionary parent) {
    return members(parent, "pfm_subkeys").stream().map(key -> (NSDictionary) key).toList();
  }

  static List<NSObject> members(NSDictionary parent, String key) {
    return parent.get(key) instanceof NSArray array ? List.of(array.getArray()) : List.of();
  }

  static String text(NSDictionary dictionary, String key) {
    @Nullable NSObject value = dictionary.get(key);
    return value == null ? "nothing" : value.toString();
  }

  private static Predicate<NSObject> each(Set<String> allowed) {
    return value ->
        value instanceof NSArray array
            && List.of(array.getArray()).stream()
                .map(NSObject::toString)
                .allMatch(allowed::contains);
  }
}
