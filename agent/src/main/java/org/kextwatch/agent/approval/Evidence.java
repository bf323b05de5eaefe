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
 * Everything that was read about the extension, before conclusions. {@code null} means not known.
 *
 * @param macOs empty if its version is not known
 * @param exists whether the kext is on disk
 * @param version of the kext on disk
 * @param listed the kernel's own list
 * @param grant of the kext, by the approval database
 * @param grantEvidence one sentence for people: where {@code grant} comes from
 * @param kernelPolicy what profiles say about the kext
 * @param history the attempts to load it, as they count now
 * @param subsystem with what Defender says that it protects
 * @param systemExtensions those of Defender, {@code null} if they were not or cannot be listed
 * @param systemPolicy what profiles say about system extensions
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

  /** What profiles say about an extension of this kind. */
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
