package org.kextwatch.agent.status;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was judged at the last look, and since when it has been so, whether it is told yet or not.
 */
public record Judged(Verdict verdict, Reason reason, Instant since) {

  /**
   * After another look.
   *
   * @param before after the look before it, {@code null} for none
   * @param at when it was; a clock that was set back takes {@code since} along
   */
  public static Judged after(@Nullable Judged before, Judgement judgement, Instant at) {
    boolean isSame =
        before != null
            && before.verdict == judgement.verdict()
            && before.reason == judgement.reason()
            && !before.since.isAfter(at);
    return new Judged(
        judgement.verdict(), judgement.reason(), before != null && isSame ? before.since : at);
  }
}
