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
 * Since when key values are not seen that the fleet believes to be known. One tool that fails for a
 * moment is no news: for a while the value told last is still the one that is compared.
 *
 * @param since by field, or, where what was told is itself unknown in another way, by field and
 *     word
 */
public record LostSight(Map<String, Instant> since) {
  public static final LostSight NONE = new LostSight(Map.of());

  public LostSight {
    since = Map.copyOf(since);
  }

  /**
   * After another look.
   *
   * @param told the status told last, {@code null} for none: then there is nothing to lose
   */
  public LostSight after(@Nullable Status told, Status now) {
    if (told == null) {
      return NONE;
    }
    Instant at = now.observedAt();
    Map<String, Instant> next = new HashMap<>();
    for (Change change : unseen(told, now)) {
      Instant before = since.getOrDefault(key(told, change), at);
      next.put(key(told, change), before.isAfter(at) ? at : before); // the clock was set back
    }
    return new LostSight(next);
  }

  /** The same after a time in which nobody could look, as after a sleep of the Mac. */
  public LostSight later(Duration unlived) {
    Map<String, Instant> next = new HashMap<>(since);
    next.replaceAll((key, at) -> at.plus(unlived));
    return new LostSight(next);
  }

  /**
   * A status as it is compared with what was told: what is not seen for less than {@code confirm}
   * is as it was told, and so are verdict and reason if they are what they are for its lack.
   *
   * @param judge says what a Defender and an extension mean now
   */
  public Status compared(
      @Nullable Status told,
      Status now,
      Duration confirm,
      BiFunction<Health, Extension, Judgement> judge) {
    Set<String> kept = told == null ? Set.of() : kept(told, now, confirm);
    if (told == null || kept.isEmpty()) {
      return now;
    }
    Status seen = now.keeping(told, kept);
    Judgement judgement = judge.apply(seen.health(), seen.extension());
    boolean isSame = judgement.verdict() == now.verdict() && judgement.reason() == now.reason();
    return isSame ? seen : seen.keeping(told, Set.of(KeyValues.VERDICT, KeyValues.REASON));
  }

  /** When a value will have been unseen for long enough, {@code null} if none is waited for. */
  public @Nullable Instant lookAgainAt(Instant now, Duration confirm) {
    return since.values().stream()
        .map(at -> at.plus(confirm))
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .orElse(null);
  }

  private Set<String> kept(Status told, Status now, Duration confirm) {
    Instant at = now.observedAt();
    Set<String> fields = new HashSet<>();
    for (Change change : unseen(told, now)) {
      if (at.isBefore(since.getOrDefault(key(told, change), at).plus(confirm))) {
        fields.add(change.field());
      }
    }
    return fields;
  }

  private static List<Change> unseen(Status told, Status now) {
    return Changes.between(told, now).stream()
        .filter(change -> KeyValues.isUnseen(now, change.field()))
        .toList();
  }

  /** Not known in one way or another is one; from one way to another is its own wait. */
  private static String key(Status told, Change change) {
    return KeyValues.isUnseen(told, change.field())
        ? change.field() + "=" + change.to()
        : change.field();
  }
}
