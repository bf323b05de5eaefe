package org.kextwatch.agent.status;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Everything that one look at the Mac has found.
 *
 * @param today the date at {@code at} in this Mac's time zone, because Defender prints dates
 *     without a zone
 * @param policies what profiles say about extensions of this kind, for the advice
 * @param offboardingLeft whether the file that offboarded this Mac is still there
 */
public record Observation(
    Instant at,
    LocalDate today,
    Device device,
    Health health,
    Extension extension,
    Policies policies,
    boolean offboardingLeft) {

  /** That file: while it is there, Defender does not onboard this Mac again. */
  public static final String OFFBOARDING =
      "/Library/Application Support/Microsoft/Defender/com.microsoft.wdav.atp.offboarding.plist";

  /** The same with another health and another extension. */
  public Observation with(Health otherHealth, Extension otherExtension) {
    return new Observation(
        at, today, device, otherHealth, otherExtension, policies, offboardingLeft);
  }
}
