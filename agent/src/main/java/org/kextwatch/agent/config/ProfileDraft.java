package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.ValueType.Bounds;

/**
 * A configuration profile that is not deployed yet: finds the settings that macOS would put into
 * the managed preferences, and refuses what macOS would never put there.
 */
final class ProfileDraft {
  private static final String DOMAIN = "org.kextwatch.agent";
  private static final String CONFIGURATION = "Configuration";
  private static final String PREFERENCES = "com.apple.ManagedClient.preferences";
  private static final String TYPE = "PayloadType";
  private static final String CONTENT = "PayloadContent";
  private static final String FORCED = "Forced";
  private static final String SETTINGS = "mcx_preference_settings";
  private static final String PATH_TO_SETTINGS =
      "%s > %s > %s > %s".formatted(CONTENT, DOMAIN, FORCED, SETTINGS);

  /** Keys of the wrapper that macOS unpacks only in a payload of the type above. */
  private static final List<String> WRAPPER =
      List.of(SETTINGS, FORCED, "Set-Once", "Often", DOMAIN);

  private static final List<String> REQUIRED =
      List.of("PayloadIdentifier", "PayloadUUID", "PayloadVersion");

  private static final Pattern OURS = Pattern.compile("(?i)kextwatch");

  private final String file;
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Set<String> others = new LinkedHashSet<>();

  private int ours;

  private ProfileDraft(String file) {
    this.file = file;
  }

  /** Parses a property list: a profile, or a file for the managed preferences. */
  static SettingsFile parse(String file, Map<String, Object> top, Bounds bounds) {
    ProfileDraft draft = new ProfileDraft(file);
    if (isProfile(file, top)) {
      draft.profile(top);
    } else {
      draft.settings.putAll(top);
      draft.refuseWrapper("", top);
    }
    SettingsParser parser = new SettingsParser(file, bounds, Map.of());
    parser.problems.addAll(draft.problems);
    parser.warnings.addAll(draft.warnings);
    return SettingsFile.of(Origin.LOCAL, file, parser.parse(draft.settings));
  }

  private static boolean isProfile(String file, Map<String, Object> top) {
    return file.toLowerCase(Locale.ROOT).endsWith(".mobileconfig")
        || top.containsKey(CONTENT)
        || top.containsKey("EncryptedPayloadContent")
        || CONFIGURATION.equals(top.get(TYPE));
  }

  private void profile(Map<String, Object> top) {
    if (top.containsKey("EncryptedPayloadContent")) {
      refuse("it is encrypted for one device; validate the file before it is encrypted");
      return;
    }
    if (!CONFIGURATION.equals(top.get(TYPE))) {
      refuse("%s of the profile must be %s, not %s".formatted(TYPE, CONFIGURATION, type(top)));
    }
    if ("User".equals(top.get("PayloadScope"))) {
      refuse(
          "PayloadScope must be System, not User: the daemon never gets the settings of one user");
    }
    if (!(top.get(CONTENT) instanceof List<?> payloads)) {
      refuse(
          "%s must be a list of payloads, not %s"
              .formatted(CONTENT, ValueDescription.kind(top.get(CONTENT))));
      return;
    }
    warnOfMissing("the profile", top);
    for (int i = 0; i < payloads.size(); i++) {
      if (payloads.get(i) instanceof Map<?, ?> payload) {
        payload("payload " + (i + 1), payload);
      }
    }
    if (ours == 0 && problems.isEmpty()) {
      refuse(
          "it has no payload for Kextwatch: %s must be %s, found: %s"
              .formatted(TYPE, DOMAIN, others.isEmpty() ? "none" : String.join(", ", others)));
    }
    if (ours > 1) {
      warnings.add(
          "%s: it has %d payloads for Kextwatch, and it is not known which of them macOS uses."
              .formatted(file, ours));
    }
  }

  private void payload(String where, Map<?, ?> payload) {
    String type = String.valueOf(payload.get(TYPE));
    if (type.equals(DOMAIN)) {
      ours++;
      warnOfMissing(where, payload);
      if (payload.containsKey(CONTENT)) {
        refuse(
            "%s: the settings must be in the payload itself, not in %s".formatted(where, CONTENT));
      }
      refuseWrapper(where + ": ", payload);
      payload.forEach((name, value) -> add(name, value));
    } else if (type.equals(PREFERENCES)) {
      preferences(where, payload);
    } else if (isLike(type)) {
      refuse("%s: %s must be %s, not %s".formatted(where, TYPE, DOMAIN, type(payload)));
    } else if (payload.containsKey(SETTINGS)
        || (payload.get(CONTENT) instanceof Map<?, ?> content && content.containsKey(DOMAIN))) {
      refuse(
          "%s: %s must be %s for such settings, not %s"
              .formatted(where, TYPE, PREFERENCES, type(payload)));
    } else {
      others.add(ValueDescription.plain(type));
    }
  }

  /** Preferences of several domains; ours may be one of them. */
  private void preferences(String where, Map<?, ?> payload) {
    refuseWrapper(where + ": ", payload);
    if (!(payload.get(CONTENT) instanceof Map<?, ?> domains)) {
      return;
    }
    if (domains.containsKey(SETTINGS) || domains.containsKey(FORCED)) {
      refuse("%s: the settings must be in %s".formatted(where, PATH_TO_SETTINGS));
    }
    for (Object name : domains.keySet()) {
      String domain = String.valueOf(name);
      if (domain.equals(DOMAIN)) {
        ours++;
        warnOfMissing(where, payload);
        domain(where, domains.get(name));
      } else if (isLike(domain)) {
        refuse(
            "%s: the domain must be %s, not %s"
                .formatted(where, DOMAIN, ValueDescription.name(domain)));
      } else {
        others.add(ValueDescription.plain(domain));
      }
    }
  }

  private void domain(String where, @Nullable Object found) {
    Map<?, ?> domain = found instanceof Map<?, ?> map ? map : Map.of();
    for (Object name : domain.keySet()) {
      if (!FORCED.equals(name)) {
        refuse(
            "%s: the settings must be in %s, not in %s, which macOS does not put into the managed preferences"
                .formatted(where, FORCED, ValueDescription.name(String.valueOf(name))));
      }
    }
    boolean isThere = false;
    if (domain.get(FORCED) instanceof List<?> all) {
      for (Object one : all) {
        if (one instanceof Map<?, ?> item && item.get(SETTINGS) instanceof Map<?, ?> forced) {
          isThere = true;
          forced.forEach((name, value) -> add(name, value));
        }
      }
    }
    if (!isThere && problems.isEmpty()) {
      refuse(
          "%s: the settings must be in %s, a list of dictionaries"
              .formatted(where, PATH_TO_SETTINGS));
    }
  }

  private void add(Object name, @Nullable Object value) {
    if (value != null && !CONTENT.equals(name) && !WRAPPER.contains(name)) {
      settings.put(String.valueOf(name), value);
    }
  }

  private void refuseWrapper(String where, Map<?, ?> payload) {
    for (String name : WRAPPER) {
      if (payload.containsKey(name)) {
        settings.remove(name);
        refuse(
            "%smacOS ignores %s here: in a payload of the type %s the settings must be"
                    .formatted(where, name, PREFERENCES)
                + " in %s".formatted(PATH_TO_SETTINGS));
      }
    }
  }

  private void warnOfMissing(String where, Map<?, ?> payload) {
    List<String> missing = REQUIRED.stream().filter(key -> !payload.containsKey(key)).toList();
    if (!missing.isEmpty()) {
      warnings.add(
          "%s: %s has no %s, which macOS needs to install a profile; an MDM may add it."
              .formatted(file, where, String.join(", ", missing)));
    }
  }

  private static boolean isLike(String name) {
    return OURS.matcher(name).find();
  }

  private static String type(Map<?, ?> payload) {
    return payload.get(TYPE) instanceof String text
        ? ValueDescription.name(text)
        : payload.containsKey(TYPE) ? ValueDescription.kind(payload.get(TYPE)) : "missing";
  }

  private void refuse(String why) {
    problems.add("%s: %s.".formatted(file, why));
  }
}
