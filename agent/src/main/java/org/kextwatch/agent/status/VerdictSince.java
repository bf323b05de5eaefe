package org.kextwatch.agent.status;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The verdict and the reason of the last look, and since when they are so, reported or not.
 *
 * <p>The names of the components are those of {@code state.json}.
 */
public record VerdictSince(Verdict verdict, Reason reason, Instant since) {

  /**
   * After another look.
   *
   * @param before after the look before it, {@code null} for none
   * @param at when the look was; if the clock was set back, {@code since} is no later than it
   */
  public static VerdictSince after(@Nullable VerdictSince before, Judgement judgement, Instant at) {
    boolean isSame =
        before != null
            && before.verdict == judgement.verdict()
            && before.reason == judgement.reason()
            && !before.since.isAfter(at);
    return new VerdictSince(
        judgement.verdict(), judgement.reason(), before != null && isSame ? before.since : at);
  }
}
