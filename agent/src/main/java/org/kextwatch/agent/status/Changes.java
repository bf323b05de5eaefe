package org.kextwatch.agent.status;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is different between two statuses, by their key values. */
public final class Changes {
  private Changes() {}

  /**
   * What is different now.
   *
   * @param told the status told last, {@code null} for none: then every known value is a change
   */
  public static List<Change> between(@Nullable Status told, Status now) {
    return all(told, now).stream()
        .filter(change -> KeyValues.isCompared(now, change.field()))
        .toList();
  }

  /**
   * What the fleet believes once it is told: of what is different, only the changes that were named
   * count. What they do not name is as it was told before.
   */
  public static Status told(@Nullable Status before, Status now, List<Change> named) {
    if (before == null) {
      return now;
    }
    Set<String> untold = new HashSet<>();
    all(before, now).forEach(change -> untold.add(change.field()));
    named.forEach(change -> untold.remove(change.field()));
    return now.keeping(before, untold);
  }

  private static List<Change> all(@Nullable Status told, Status now) {
    List<Change> changes = new ArrayList<>();
    for (String field : KeyValues.names()) {
      Object before = told == null ? null : KeyValues.of(told, field);
      add(changes, field, before, KeyValues.of(now, field));
    }
    Map<String, String> before =
        told == null ? Map.of() : KeyValues.systemExtensions(told.extension());
    Map<String, String> after = KeyValues.systemExtensions(now.extension());
    TreeSet<String> rows = new TreeSet<>(before.keySet());
    rows.addAll(after.keySet());
    for (String row : rows) {
      add(changes, row, before.get(row), after.get(row));
    }
    return changes;
  }

  /** Whether a change touches neither verdict nor reason nor the extension. */
  public static boolean areOfHealthAlone(List<Change> changes) {
    return !changes.isEmpty()
        && changes.stream().allMatch(change -> change.field().startsWith(KeyValues.HEALTH));
  }

  private static void add(
      List<Change> changes, String field, @Nullable Object from, @Nullable Object to) {
    if (KeyValues.isNews(field, from, to)) {
      changes.add(new Change(field, word(from), word(to)));
    }
  }

  /** As the status document spells it. */
  private static @Nullable Object word(@Nullable Object value) {
    return value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
  }
}
