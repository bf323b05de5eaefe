package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * What the kernel's own list says of the kext.
 *
 * @param loaded {@code null} if the list could not be read, which is never "no"
 * @param version the version that is loaded, {@code null} if none is or it is not told
 */
public record KernelEntry(@Nullable Boolean loaded, @Nullable String version) {
  public static final KernelEntry UNKNOWN = new KernelEntry(null, null);
  public static final KernelEntry NOT_LOADED = new KernelEntry(false, null);

  /** Whether the kernel is known to have it. */
  public boolean isLoaded() {
    return Boolean.TRUE.equals(loaded);
  }
}
