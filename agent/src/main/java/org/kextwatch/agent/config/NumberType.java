package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.kextwatch.agent.mac.EnumWord;

/**
 * A whole number with its unit.
 *
 * @param simulatedMin the lowest value on a simulated Mac
 * @param isZeroAllowed whether 0, which switches the thing off, is accepted below the lowest value
 */
record NumberType<T>(
    Unit unit,
    long min,
    long max,
    long simulatedMin,
    boolean isZeroAllowed,
    LongFunction<T> toValue,
    ToLongFunction<T> toNumber)
    implements ValueType<T> {
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,18}(\\.[0-9]{1,9})?");

  /** The unit of a number. */
  enum Unit {
    SECONDS,
    HOURS,
    DAYS,
    BYTES,
    TIMES,
    EVENTS
  }

  static NumberType<Duration> seconds(long min, long max) {
    return of(Unit.SECONDS, min, max, Duration::ofSeconds, Duration::toSeconds);
  }

  static NumberType<Duration> hours(long min, long max) {
    return of(Unit.HOURS, min, max, Duration::ofHours, Duration::toHours);
  }

  static NumberType<Duration> days(long min, long max) {
    return of(Unit.DAYS, min, max, Duration::ofDays, Duration::toDays);
  }

  static NumberType<Long> bytes(long min, long max) {
    return of(Unit.BYTES, min, max, Long::valueOf, Long::longValue);
  }

  static NumberType<Integer> count(Unit unit, int min, int max) {
    return of(unit, min, max, Math::toIntExact, Integer::longValue);
  }

  private static <T> NumberType<T> of(
      Unit unit, long min, long max, LongFunction<T> toValue, ToLongFunction<T> toNumber) {
    return new NumberType<>(unit, min, max, min, false, toValue, toNumber);
  }

  /** The same with a lower limit on a simulated Mac. */
  NumberType<T> simulatedFrom(long lowest) {
    return new NumberType<>(unit, min, max, lowest, isZeroAllowed, toValue, toNumber);
  }

  /** The same with 0 for "never". */
  NumberType<T> orZero() {
    return new NumberType<>(unit, min, max, simulatedMin, true, toValue, toNumber);
  }

  @Override
  public Kind kind() {
    return Kind.NUMBER;
  }

  @Override
  public String allowed() {
    return allowed(min);
  }

  private String allowed(long lowest) {
    return "%sa whole number from %d to %d %s"
        .formatted(isZeroAllowed ? "0 for none, or " : "", lowest, max, EnumWord.of(unit));
  }

  /** MDM forms send numbers as text, and profiles may hold 300.0. */
  @Override
  public T parse(Object raw, Bounds bounds) throws BadValueException {
    long lowest = bounds == Bounds.REAL_MAC ? min : simulatedMin;
    Object number =
        raw instanceof String text && NUMBER.matcher(text.strip()).matches()
            ? Double.valueOf(text.strip())
            : raw;
    if (number instanceof Number found) {
      double value = found.doubleValue();
      boolean isInside = (value >= lowest && value <= max) || (isZeroAllowed && value == 0);
      if (isInside && value == Math.rint(value)) {
        return toValue.apply(found.longValue());
      }
    }
    throw new BadValueException(allowed(lowest));
  }

  @Override
  public Object written(T value) {
    return toNumber.applyAsLong(value);
  }
}
