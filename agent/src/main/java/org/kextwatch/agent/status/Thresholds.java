package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Period;

/**
 * By what a Mac is judged.
 *
 * @param expectPassiveMode whether another antivirus protects here and Defender only looks on
 * @param maxDefinitionsAge older definitions are stale
 */
public record Thresholds(boolean expectPassiveMode, Duration maxDefinitionsAge) {
  /** After this long awake a Defender that does not answer is a risk, no longer a hiccup. */
  public static final Duration PATIENCE = Duration.ofMinutes(15);

  /** This long before Defender expires it is said; it is updated monthly and lives six months. */
  public static final Period EXPIRY_NOTICE = Period.ofDays(21);
}
