package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Period;

/**
 * The settings and limits that decide the verdict.
 *
 * @param expectPassiveMode whether passive mode is no risk, because another antivirus protects
 * @param maxDefinitionsAge definitions that are older are stale
 */
public record Thresholds(boolean expectPassiveMode, Duration maxDefinitionsAge) {
  /** A Defender that does not answer for this long, without time asleep, is a risk. */
  public static final Duration PATIENCE = Duration.ofMinutes(15);

  /** How long before Defender expires a warning begins; it is updated monthly. */
  public static final Period EXPIRY_NOTICE = Period.ofDays(21);
}
