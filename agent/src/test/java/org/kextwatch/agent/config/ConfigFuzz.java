package org.kextwatch.agent.config;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.config.ValueType.BadValueException;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.PlistSeeds;
import org.kextwatch.agent.fuzz.Seeds;

/** Settings: our file, an MDM's, drafts of profiles, and what is kept of them. */
public final class ConfigFuzz {
  private static final String SETTINGS =
      """
      {
        "endpoint": "https://fleet.example.com/hooks/kextwatch?token=\\u0061",
        "secretFile": "/Library/Application Support/Kextwatch/secret",
        "headers": {"X-Site": "Berlin"},
        "proxy": "proxy.example.com:8080",
        "healthIntervalSeconds": 300, "atRiskIntervalSeconds": 60.0,
        "confirmSeconds": "60", "renewPrompt": true, "maxLoadAttempts": 10,
        "extension": {"path": "/Library/Extensions/x.kext", "bundleId": "com.x", "teamId": "UBF8T346G9"},
        "spool": {"maxEvents": 1000, "maxBytes": 1000000, "maxAgeDays": 30},
        "deviceIdentity": "serial", "labels": {"site": "Berlin"}, "logLevel": "info",
        "unknown": [1, null, {"a": []}]
      }
      """;

  /** Of a message that a person reads. */
  private static final int LONGEST = 6_000;

  private ConfigFuzz() {}

  public static List<FuzzTarget> targets() {
    List<byte[]> locals = new ArrayList<>(Seeds.files("/settings", ".*\\.json"));
    locals.add(SETTINGS.getBytes(StandardCharsets.UTF_8));
    List<byte[]> managed = new ArrayList<>(Seeds.files("/settings", ".*(plist|mobileconfig)"));
    managed.addAll(PlistSeeds.all());
    List<byte[]> kept = locals.stream().map(ConfigFuzz::kept).toList();
    return List.of(
        new FuzzTarget("config.json", locals, input -> file(Origin.LOCAL, input)),
        new FuzzTarget("managed settings", managed, input -> file(Origin.MANAGED, input)),
        new FuzzTarget("profile draft", managed, ConfigFuzz::draft),
        new FuzzTarget("settings.json", kept, ConfigFuzz::lastGood));
  }

  private static byte[] kept(byte[] local) {
    SettingsFile file = SettingsFile.parse(Origin.LOCAL, "f", local, Bounds.REAL_MAC);
    SettingsFile managed =
        new SettingsFile(
            Origin.MANAGED,
            "f",
            SettingsFile.Presence.READ,
            file.raw(),
            file.values(),
            file.refusedGroups(),
            List.of(),
            List.of());
    return new LastGood("5F2C1C3E", managed, file.lastGood(null)).toJson();
  }

  private static void file(Origin origin, byte[] bytes) throws IOException, BadValueException {
    SettingsFile file = SettingsFile.parse(origin, "f", bytes, Bounds.REAL_MAC);
    isRight(file);
    SettingsFile good = file.lastGood(null);
    boolean isLocal = origin == Origin.LOCAL;
    LastGood kept = new LastGood("uuid", isLocal ? null : good, isLocal ? good : null);
    LastGood read = LastGood.of("f", kept.toJson(), Bounds.REAL_MAC);
    check(read.equals(kept), "kept is " + kept.toString() + ", read is " + read);
  }

  private static void draft(byte[] bytes) throws BadValueException {
    try {
      SettingsText text = SettingsText.of("f", bytes, true);
      isRight(ProfileDraft.parse("f", text.top(), Bounds.REAL_MAC));
    } catch (SettingsText.BadTextException e) {
      isMessage(e.problem());
    }
  }

  private static void lastGood(byte[] bytes) throws BadValueException {
    try {
      LastGood good = LastGood.of("f", bytes, Bounds.REAL_MAC);
      for (SettingsFile file : new SettingsFile[] {good.managed(), good.local()}) {
        if (file != null) {
          isRight(file);
        }
      }
      LastGood again = LastGood.of("f", good.toJson(), Bounds.REAL_MAC);
      check(again.equals(good), "saved is " + good + ", read is " + again);
    } catch (IOException e) {
      // it says so
    }
  }

  /** Each value is within its bounds, and each message is one line that a person can read. */
  private static void isRight(SettingsFile file) throws BadValueException {
    for (Map.Entry<String, Object> value : file.values().entrySet()) {
      isWithinBounds(
          Keys.all().stream()
              .filter(key -> key.name().equals(value.getKey()))
              .findFirst()
              .orElseThrow(),
          value.getValue());
    }
    file.problems().forEach(ConfigFuzz::isMessage);
    file.warnings().forEach(ConfigFuzz::isMessage);
    check(file.problems().size() + file.warnings().size() < 200, "too many messages");
  }

  private static <T> void isWithinBounds(Key<T> key, Object value) throws BadValueException {
    T typed = key.cast(value);
    T again = key.type().parse(key.type().written(typed), Bounds.REAL_MAC);
    check(again.equals(typed), key.name() + " is read as another value");
  }

  private static void isMessage(String text) {
    check(text.length() < LONGEST, "a message of " + text.length() + " characters");
    check(text.lines().count() == 1, "a message of several lines");
    check(text.chars().noneMatch(Character::isISOControl), "a message with control characters");
  }
}
