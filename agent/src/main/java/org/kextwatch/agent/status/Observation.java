package org.kextwatch.agent.status;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Everything one look at the Mac has shown.
 *
 * @param today the day on this Mac at that moment: what Defender prints has no zone
 * @param policies what profiles say of extensions of this kind, for the advice
 * @param offboardingLeft whether the file that once offboarded this Mac is still there
 */
public record Observation(
    Instant at,
    LocalDate today,
    Device device,
    Health health,
    Extension extension,
    Policies policies,
    boolean offboardingLeft) {

  /** Where it is: as long as it is there, Defender does not onboard this Mac again. */
  public static final String OFFBOARDING =
      "/Library/Application Support/Microsoft/Defender/com.microsoft.wdav.atp.offboarding.plist";

  /** The same look, had it shown another Defender and another extension. */
  public Observation with(Health otherHealth, Extension otherExtension) {
    return new Observation(
        at, today, device, otherHealth, otherExtension, policies, offboardingLeft);
  }
}
