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
final class HealthFields {
  private static final Reading UNNAMED = new Reading(null, false);

  /** Milliseconds since 1970, of this and the next centuries. */
  private static final Pattern EPOCH_MILLIS = Pattern.compile("\\d{12,14}");

  private static final Pattern CAMEL_CASE = Pattern.compile("[A-Za-z_]+");

  private final Map<Field, Reading> readings;

  private HealthFields(Map<Field, Reading> readings) {
    this.readings = readings;
  }

  /** The health of a Defender that answered with at least one known field; its ids are in it. */
  static Health health(Map<Field, Reading> readings, int exitCode) {
    HealthFields fields = new HealthFields(readings);
    Health health =
        new Health(
            Reachability.OK,
            fields.of(Field.HEALTHY).bool(),
            fields.of(Field.LICENSED).bool(),
            fields.of(Field.REAL_TIME_PROTECTION_ENABLED).bool(),
            fields.of(Field.REAL_TIME_PROTECTION_AVAILABLE).bool(),
            fields.of(Field.REAL_TIME_PROTECTION_SUBSYSTEM).text(),
            fields.of(Field.PASSIVE_MODE_ENABLED).bool(),
            fields.of(Field.FULL_DISK_ACCESS_ENABLED).bool(),
            fields.of(Field.ISSUES).texts(),
            fields.of(Field.APP_VERSION).text(),
            instant(fields.of(Field.PRODUCT_EXPIRATION).text()),
            null,
            null,
            fields.of(Field.RELEASE_RING).text(),
            fields.of(Field.TAMPER_PROTECTION).text(),
            status(fields.of(Field.DEFINITIONS_STATUS).text()),
            fields.of(Field.DEFINITIONS_AGE).number(),
            fields.whose(Reading::managed),
            fields.whose(Reading::isUnavailable),
            exitCode,
            null);
    return health.with(fields.ids());
  }

  private Health.DefenderIds ids() {
    return new Health.DefenderIds(
        of(Field.ORG_ID).text(),
        of(Field.MACHINE_GUID).text(),
        of(Field.EDR_MACHINE_ID).text(),
        of(Field.EDR_DEVICE_TAGS).tags());
  }

  private Reading of(Field field) {
    return readings.getOrDefault(field, UNNAMED);
  }

  private List<String> whose(Predicate<Reading> mark) {
    return readings.entrySet().stream()
        .filter(entry -> mark.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .filter(Field::isOfHealth)
        .sorted()
        .map(Field::member)
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
        ? Field.snakeCase(status)
        : status;
  }
}
