package org.kextwatch.agent.status;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which Mac this is. {@code null} means not known.
 *
 * @param architecture {@code x86_64} or {@code arm64}
 * @param labels from the settings
 */
public record Device(
    @Nullable String serialNumber,
    @Nullable String hardwareUuid,
    @Nullable String computerName,
    @Nullable String model,
    @Nullable String osVersion,
    @Nullable String osBuild,
    @Nullable String architecture,
    Mdm mdm,
    Map<String, String> labels) {

  /** How texts for people name this Mac: its serial number, else its name, else "this Mac". */
  public String nickname() {
    if (serialNumber != null) {
      return serialNumber;
    }
    return computerName != null ? computerName : "this Mac";
  }

  /** Whether an MDM manages it. */
  public record Mdm(@Nullable Boolean enrolled, @Nullable Boolean userApproved) {
    public static final Mdm UNKNOWN = new Mdm(null, null);
  }
}
