package org.kextwatch.agent.status;

import java.time.Duration;

/**
 * What one look cannot show, because it needs memory.
 *
 * @param unreachableFor how long, awake, Defender's daemon has not answered or its command has not
 *     been executable; zero while it is fine
 * @param loadExhausted the loader has failed as often as the settings allow for this grant
 */
public record JudgeContext(Duration unreachableFor, boolean loadExhausted) {
  public static final JudgeContext ORDINARY = new JudgeContext(Duration.ZERO, false);
}
