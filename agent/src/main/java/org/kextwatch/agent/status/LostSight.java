package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Since when key values are not known of which a known value was reported. A tool that fails for a
 * moment is no event: for a while the value reported last is the one that is compared.
 *
 * <p>The name of the component is that of {@code state.json}.
 *
 * @param since by field; where the value reported last is unknown too, but for another cause, by
 *     field and new value
 */
public record LostSight(Map<String, Instant> since) {
  public static final LostSight NONE = new LostSight(Map.of());

  public LostSight {
    since = Map.copyOf(since);
  }

  /**
   * After another look.
   *
   * @param lastReported the status reported last, {@code null} for none: then nothing can be lost
   */
  public LostSight after(@Nullable Status lastReported, Status now) {
    if (lastReported == null) {
      return NONE;
    }
    Instant at = now.observedAt();
    Map<String, Instant> next = new HashMap<>();
    for (Change change : unseen(lastReported, now)) {
      Instant before = since.getOrDefault(key(lastReported, change), at);
      next.put(
          key(lastReported, change), before.isAfter(at) ? at : before); // the clock was set back
    }
    return new LostSight(next);
  }

  /** The same after the Mac has slept: the sleep counts for no wait. */
  public LostSight later(Duration asleep) {
    Map<String, Instant> next = new HashMap<>(since);
    next.replaceAll((key, at) -> at.plus(asleep));
    return new LostSight(next);
  }

  /**
   * A status as it is compared with the one reported last: a value that is not known for less than
   * {@code confirm} is the one reported last. So are verdict and reason, if they would be others
   * with these values.
   *
   * @param judge judges other values in the present circumstances
   */
  public Status compared(
      @Nullable Status lastReported,
      Status now,
      Duration confirm,
      BiFunction<Health, Extension, Judgement> judge) {
    Set<String> held = lastReported == null ? Set.of() : held(lastReported, now, confirm);
    if (lastReported == null || held.isEmpty()) {
      return now;
    }
    Status seen = now.withValuesOf(lastReported, held);
    Judgement judgement = judge.apply(seen.health(), seen.extension());
    boolean isSame = judgement.verdict() == now.verdict() && judgement.reason() == now.reason();
    return isSame
        ? seen
        : seen.withValuesOf(lastReported, Set.of(KeyValues.VERDICT, KeyValues.REASON));
  }

  /** When the next value stops being held, {@code null} if none is. */
  public @Nullable Instant lookAgainAt(Instant now, Duration confirm) {
    return since.values().stream()
        .map(at -> at.plus(confirm))
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .orElse(null);
  }

  private Set<String> held(Status lastReported, Status now, Duration confirm) {
    Instant at = now.observedAt();
    Set<String> fields = new HashSet<>();
    for (Change change : unseen(lastReported, now)) {
      if (at.isBefore(since.getOrDefault(key(lastReported, change), at).plus(confirm))) {
        fields.add(change.field());
      }
    }
    return fields;
  }

  private static List<Change> unseen(Status lastReported, Status now) {
    return Changes.between(lastReported, now).stream()
        .filter(change -> KeyValues.isUnseen(now, change.field()))
        .toList();
  }

  /** From a known value to any cause of not knowing is one wait; between two causes is another. */
  private static String key(Status lastReported, Change change) {
    return KeyValues.isUnseen(lastReported, change.field())
        ? change.field() + "=" + change.to()
        : change.field();
  }
}
