package org.kextwatch.agent.status;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The Java that runs the agent. {@code null} where that Java does not say.
 *
 * @param version with the build, such as {@code 25.0.3+9-LTS}
 * @param released the day on which this version was released
 */
public record JavaRuntime(@Nullable String version, @Nullable LocalDate released) {
  public static final JavaRuntime UNKNOWN = new JavaRuntime(null, null);

  /**
   * Oracle and OpenJDK publish security fixes every three months; this leaves a month to follow.
   */
  private static final long DAYS_UNTIL_OLD = 120;

  /** The Java whose system properties are given (JEP 322 defines them, since 10). */
  public static JavaRuntime of(UnaryOperator<@Nullable String> properties) {
    return new JavaRuntime(
        properties.apply("java.runtime.version"), day(properties.apply("java.version.date")));
  }

  private static @Nullable LocalDate day(@Nullable String text) {
    try {
      return text == null ? null : LocalDate.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Whether there must be a later one with security fixes by now. */
  public boolean isOld(LocalDate today) {
    return released != null && ChronoUnit.DAYS.between(released, today) > DAYS_UNTIL_OLD;
  }
}
