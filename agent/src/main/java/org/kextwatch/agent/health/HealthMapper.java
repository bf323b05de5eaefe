package org.kextwatch.agent.health;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/**
 * Makes a {@link Health} of the fields that Defender printed. A field that is missing or
 * "unavailable" is {@code null}: nothing is false by default.
 */
final class HealthMapper {
  private static final FieldValue MISSING = new FieldValue(null, false);

  /** Milliseconds since 1970, for dates of this century and later. */
  private static final Pattern EPOCH_MILLIS = Pattern.compile("\\d{12,14}");

  private static final Pattern CAMEL_CASE = Pattern.compile("[A-Za-z_]+");

  private final Map<HealthField, FieldValue> values;

  private HealthMapper(Map<HealthField, FieldValue> values) {
    this.values = values;
  }

  /** The health, with Defender's ids, of at least one known field. */
  static Health health(Map<HealthField, FieldValue> values, int exitCode) {
    HealthMapper fields = new HealthMapper(values);
    Health health =
        new Health(
            Reachability.OK,
            fields.of(HealthField.HEALTHY).bool(),
            fields.of(HealthField.LICENSED).bool(),
            fields.of(HealthField.REAL_TIME_PROTECTION_ENABLED).bool(),
            fields.of(HealthField.REAL_TIME_PROTECTION_AVAILABLE).bool(),
            fields.of(HealthField.REAL_TIME_PROTECTION_SUBSYSTEM).text(),
            fields.of(HealthField.PASSIVE_MODE_ENABLED).bool(),
            fields.of(HealthField.FULL_DISK_ACCESS_ENABLED).bool(),
            fields.of(HealthField.ISSUES).texts(),
            fields.of(HealthField.APP_VERSION).text(),
            instant(fields.of(HealthField.PRODUCT_EXPIRATION).text()),
            null,
            null,
            fields.of(HealthField.RELEASE_RING).text(),
            fields.of(HealthField.TAMPER_PROTECTION).text(),
            status(fields.of(HealthField.DEFINITIONS_STATUS).text()),
            fields.of(HealthField.DEFINITIONS_AGE).number(),
            fields.namesOf(FieldValue::managed),
            fields.namesOf(FieldValue::isUnavailable),
            exitCode,
            null);
    return health.with(fields.ids());
  }

  private Health.DefenderIds ids() {
    return new Health.DefenderIds(
        of(HealthField.ORG_ID).text(),
        of(HealthField.MACHINE_GUID).text(),
        of(HealthField.EDR_MACHINE_ID).text(),
        of(HealthField.EDR_DEVICE_TAGS).tags());
  }

  private FieldValue of(HealthField field) {
    return values.getOrDefault(field, MISSING);
  }

  private List<String> namesOf(Predicate<FieldValue> condition) {
    return values.entrySet().stream()
        .filter(entry -> condition.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .filter(HealthField::isOfHealth)
        .sorted()
        .map(HealthField::member)
        .toList();
  }

  /** JSON has milliseconds; text has a date without a zone, which stays as it is. */
  private static @Nullable String instant(@Nullable String time) {
    return time != null && EPOCH_MILLIS.matcher(time).matches()
        ? Instant.ofEpochMilli(Long.parseLong(time)).toString()
        : time;
  }

  private static @Nullable String status(@Nullable String status) {
    return status != null && CAMEL_CASE.matcher(status).matches()
        ? HealthField.snakeCase(status)
        : status;
  }
}
