package org.kextwatch.agent.approval;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.SystemExtension;

/**
 * All that was seen of the extension, each by itself. {@code null} means not known.
 *
 * @param macOs empty if its version cannot be told
 * @param exists whether the kext is on disk
 * @param version of the kext on disk
 * @param listed the kernel's own list
 * @param grant of the kext, by the approval database
 * @param grantEvidence for people: what was seen that says so
 * @param kernelPolicy what a profile says of the kext
 * @param history what was tried, as it counts now
 * @param subsystem what Defender says it protects with
 * @param systemExtensions Defender's, {@code null} if nobody looked or could
 * @param systemPolicy what a profile says of them
 */
record Evidence(
    Optional<MacVersion> macOs,
    @Nullable Boolean exists,
    @Nullable String version,
    KernelEntry listed,
    Grant grant,
    String grantEvidence,
    ManagedPolicy kernelPolicy,
    LoadHistory history,
    @Nullable String subsystem,
    @Nullable List<SystemExtension> systemExtensions,
    ManagedPolicy systemPolicy) {

  /** What profiles say of an extension of this kind. */
  ManagedPolicy policy(ExtensionKind kind) {
    return kind == ExtensionKind.SYSTEM ? systemPolicy : kernelPolicy;
  }

  boolean isBigSurOrLater() {
    return macOs.isPresent() && macOs.get().isBigSurOrLater();
  }

  /** Whether there is a kext at all, on disk or in the kernel. */
  boolean hasKext() {
    return Boolean.TRUE.equals(exists) || listed.isLoaded();
  }

  /** Whether it is certain that there is none. */
  boolean lacksKext() {
    return Boolean.FALSE.equals(exists) && Boolean.FALSE.equals(listed.loaded());
  }
}
