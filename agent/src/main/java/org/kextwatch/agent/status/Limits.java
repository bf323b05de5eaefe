package org.kextwatch.agent.status;

import java.time.Duration;

/**
 * By what a Mac is judged.
 *
 * @param expectPassiveMode whether another antivirus protects here and Defender only looks on
 * @param maxDefinitionsAge older definitions are stale
 */
public record Limits(boolean expectPassiveMode, Duration maxDefinitionsAge) {
  /** After this long awake a Defender that does not answer is a risk, no longer a hiccup. */
  public static final Duration PATIENCE = Duration.ofMinutes(15);
}
