package org.kextwatch.agent.health;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The fields of Defender's health that this program reads, in the order of the status document.
 * Their names are those of "device health" in the Defender for Endpoint documentation: snake case
 * in text since 2020, camel case in JSON and in older text.
 */
enum HealthField {
  HEALTHY("healthy", "healthy"),
  LICENSED("licensed", "licensed"),
  REAL_TIME_PROTECTION_ENABLED("real_time_protection_enabled", "realTimeProtectionEnabled"),
  REAL_TIME_PROTECTION_AVAILABLE("real_time_protection_available", "realTimeProtectionAvailable"),
  REAL_TIME_PROTECTION_SUBSYSTEM("real_time_protection_subsystem", "realTimeProtectionSubsystem"),
  NETWORK_EVENTS_SUBSYSTEM("network_events_subsystem", "networkEventsSubsystem"),
  PASSIVE_MODE_ENABLED("passive_mode_enabled", "passiveModeEnabled"),
  FULL_DISK_ACCESS_ENABLED("full_disk_access_enabled", "fullDiskAccessEnabled"),
  ISSUES("health_issues", "issues"),
  APP_VERSION("app_version", "appVersion"),
  PRODUCT_EXPIRATION("product_expiration", "productExpiration"),
  RELEASE_RING("release_ring", "releaseRing"),
  TAMPER_PROTECTION("tamper_protection", "tamperProtection"),
  DEFINITIONS_STATUS("definitions_status", "definitionsStatus"),
  DEFINITIONS_AGE("definitions_updated_minutes_ago", "definitionsAgeMinutes"),
  ORG_ID("org_id", "defenderIds.orgId"),
  MACHINE_GUID("machine_guid", "defenderIds.machineGuid"),
  EDR_MACHINE_ID("edr_machine_id", "defenderIds.edrMachineId"),
  EDR_DEVICE_TAGS("edr_device_tags", "defenderIds.edrDeviceTags");

  private static final Map<String, HealthField> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(field -> field.name, Function.identity()));

  /** The name of the app's version up to June 2020 (munkireport's ms_defender, 6d442aa). */
  private static final String OLD_APP_VERSION = "version_engine";

  /** Java's lower case takes time with the square of the length where a letter becomes two. */
  private static final int LONGEST = 64;

  private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private final String name;
  private final String member;

  HealthField(String name, String member) {
    this.name = name;
    this.member = member;
  }

  /** The field with a printed name, old or new; empty for names that are not read. */
  static Optional<HealthField> named(String printed) {
    if (printed.length() > LONGEST) {
      return Optional.empty();
    }
    String name = snakeCase(printed);
    return Optional.ofNullable(BY_NAME.get(name.equals(OLD_APP_VERSION) ? "app_version" : name));
  }

  /** Converts {@code upToDate} to {@code up_to_date}. */
  static String snakeCase(String name) {
    return HUMP.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
  }

  /** Whether it is about Defender's health, and not an identifier. */
  boolean isOfHealth() {
    return compareTo(ORG_ID) < 0;
  }

  /** Its name in the status document. */
  String member() {
    return member;
  }
}
