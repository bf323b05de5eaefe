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
 * Turns what Defender named into {@link Health}. What it did not name, or calls unavailable, stays
 * unknown: nothing is false by default.
 */
final class HealthMapper {
  private static final FieldValue UNNAMED = new FieldValue(null, false);

  /** Milliseconds since 1970, of this and the next centuries. */
  private static final Pattern EPOCH_MILLIS = Pattern.compile("\\d{12,14}");

  private static final Pattern CAMEL_CASE = Pattern.compile("[A-Za-z_]+");

  private final Map<HealthField, FieldValue> readings;

  private HealthMapper(Map<HealthField, FieldValue> readings) {
    this.readings = readings;
  }

  /** The health of a Defender that answered with at least one known field; its ids are in it. */
  static Health health(Map<HealthField, FieldValue> readings, int exitCode) {
    HealthMapper fields = new HealthMapper(readings);
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
            fields.whose(FieldValue::managed),
            fields.whose(FieldValue::isUnavailable),
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
    return readings.getOrDefault(field, UNNAMED);
  }

  private List<String> whose(Predicate<FieldValue> mark) {
    return readings.entrySet().stream()
        .filter(entry -> mark.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .filter(HealthField::isOfHealth)
        .sorted()
        .map(HealthField::member)
        .toList();
  }

  /** JSON gives milliseconds; text gives a date without a zone, which is left as it is. */
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
