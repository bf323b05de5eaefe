package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * The entry of the kext in the kernel's own list.
 *
 * @param loaded {@code null} if the list could not be read, which does not mean "not loaded"
 * @param version the version that is loaded, {@code null} if none is or it is not known
 */
public record KernelEntry(@Nullable Boolean loaded, @Nullable String version) {
  public static final KernelEntry UNKNOWN = new KernelEntry(null, null);
  public static final KernelEntry NOT_LOADED = new KernelEntry(false, null);

  /** Whether the kext is known to be loaded. */
  public boolean isLoaded() {
    return Boolean.TRUE.equals(loaded);
  }
}
