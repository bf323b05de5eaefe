package org.kextwatch.agent.health;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kextwatch.agent.status.Health;

/**
 * Writes down every member of a health that is known, so that a row of a table can be all of it.
 */
final class Known {
  private Known() {}

  /**
   * Such as {@code healthy=false; issues=[missing license]}; reachability, code and ids left out.
   */
  static String of(Health health) {
    return Arrays.stream(Health.class.getRecordComponents())
        .filter(
            member ->
                !List.of("reachability", "exitCode", "defenderIds").contains(member.getName()))
        .flatMap(member -> known(member, health).stream())
        .collect(Collectors.joining("; "));
  }

  private static Optional<String> known(RecordComponent member, Health health) {
    try {
      Object value = member.getAccessor().invoke(health);
      return value == null || value.equals(List.of())
          ? Optional.empty()
          : Optional.of(member.getName() + "=" + value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
