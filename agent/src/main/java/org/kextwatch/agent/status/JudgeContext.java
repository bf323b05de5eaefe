package org.kextwatch.agent.status;

import java.time.Duration;

/**
 * What is known from earlier looks and decides the verdict too.
 *
 * @param unreachableFor how long Defender's daemon has not answered or its command could not be
 *     executed, without the time that the Mac slept; zero if this look reached it
 * @param loadExhausted whether the loader has failed for this grant as often as the settings allow
 */
public record JudgeContext(Duration unreachableFor, boolean loadExhausted) {
  public static final JudgeContext ORDINARY = new JudgeContext(Duration.ZERO, false);
}
