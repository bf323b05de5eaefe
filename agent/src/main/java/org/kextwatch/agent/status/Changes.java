package org.kextwatch.agent.status;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The differences between two statuses, by their key values. */
public final class Changes {
  private Changes() {}

  /**
   * The changes since a status.
   *
   * @param lastReported the status reported last, {@code null} for none: then every known value is
   *     a change
   */
  public static List<Change> between(@Nullable Status lastReported, Status now) {
    return all(lastReported, now).stream()
        .filter(change -> KeyValues.isCompared(now, change.field()))
        .toList();
  }

  /**
   * The status that counts as reported once an event has been sent: the new values where the event
   * names a change, the values reported before elsewhere.
   *
   * @param named the changes that the event names
   */
  public static Status reported(@Nullable Status before, Status now, List<Change> named) {
    if (before == null) {
      return now;
    }
    Set<String> unreported = new HashSet<>();
    all(before, now).forEach(change -> unreported.add(change.field()));
    named.forEach(change -> unreported.remove(change.field()));
    return now.withValuesOf(before, unreported);
  }

  private static List<Change> all(@Nullable Status lastReported, Status now) {
    List<Change> changes = new ArrayList<>();
    for (String field : KeyValues.names()) {
      Object before = lastReported == null ? null : KeyValues.of(lastReported, field);
      add(changes, field, before, KeyValues.of(now, field));
    }
    Map<String, String> before =
        lastReported == null ? Map.of() : KeyValues.systemExtensions(lastReported.extension());
    Map<String, String> after = KeyValues.systemExtensions(now.extension());
    TreeSet<String> rows = new TreeSet<>(before.keySet());
    rows.addAll(after.keySet());
    for (String row : rows) {
      add(changes, row, before.get(row), after.get(row));
    }
    return changes;
  }

  /** Whether changes touch neither the verdict nor the reason nor the extension. */
  public static boolean areOfHealthAlone(List<Change> changes) {
    return !changes.isEmpty()
        && changes.stream().allMatch(change -> change.field().startsWith(KeyValues.HEALTH));
  }

  private static void add(
      List<Change> changes, String field, @Nullable Object from, @Nullable Object to) {
    if (KeyValues.differs(field, from, to)) {
      changes.add(new Change(field, from, to));
    }
  }
}
