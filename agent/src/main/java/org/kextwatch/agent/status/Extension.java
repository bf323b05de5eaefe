package org.kextwatch.agent.status;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Defender's extension on this Mac. {@code null} means not known. With a system extension, what
 * concerns only kexts is not asked: {@code loaded}, {@code loadedVersion} and {@code lastAttempt}
 * are {@code null}.
 *
 * @param path on the Mac, without the system root
 * @param version of the kext on disk
 * @param loaded whether the kernel lists it
 * @param loadedVersion the version the kernel lists
 * @param grant who has approved the kext; macOS keeps no such record of system extensions: {@code
 *     NONE}, or {@code UNREADABLE} if they cannot be listed
 * @param grantEvidence one sentence for people: where {@code grant} comes from
 * @param userMayApprove {@code false} if a policy does not let users approve; {@code null} also
 *     where there is no policy of this kind
 * @param allowedByProfile whether a managed profile allows it, which alone loads nothing
 * @param lastAttempt the last run of the loader that still counts, {@code null} before the first
 */
public record Extension(
    ExtensionKind kind,
    ExtensionState state,
    String bundleId,
    String teamId,
    String path,
    @Nullable String version,
    @Nullable Boolean loaded,
    @Nullable String loadedVersion,
    Grant grant,
    String grantEvidence,
    @Nullable Boolean userMayApprove,
    @Nullable Boolean allowedByProfile,
    @Nullable Attempt lastAttempt,
    List<SystemExtension> systemExtensions) {

  public Extension {
    systemExtensions = List.copyOf(systemExtensions);
  }

  /** Whether macOS lists a system extension, in any version. */
  boolean lists(String bundle) {
    return systemExtensions.stream().anyMatch(row -> row.bundleId().equals(bundle));
  }

  /** Whether macOS lists a system extension in that version, in any state. */
  boolean lists(SystemExtension other) {
    return systemExtensions.stream()
        .anyMatch(row -> KeyValues.field(row).equals(KeyValues.field(other)));
  }

  /** The same with some key values of another. */
  Extension withValuesOf(Extension other, Set<String> fields) {
    return new Extension(
        fields.contains(KeyValues.KIND) ? other.kind : kind,
        fields.contains(KeyValues.STATE) ? other.state : state,
        bundleId,
        teamId,
        path,
        fields.contains(KeyValues.VERSION) ? other.version : version,
        fields.contains(KeyValues.LOADED) ? other.loaded : loaded,
        loadedVersion,
        fields.contains(KeyValues.GRANT) ? other.grant : grant,
        grantEvidence,
        userMayApprove,
        allowedByProfile,
        fields.contains(KeyValues.LAST_OUTCOME) ? other.lastAttempt : lastAttempt,
        Stream.concat(
                systemExtensions.stream().filter(row -> !fields.contains(KeyValues.field(row))),
                other.systemExtensions.stream().filter(r -> fields.contains(KeyValues.field(r))))
            .toList());
  }

  /** Whether somebody must still approve it. */
  public boolean isAwaited() {
    return state == ExtensionState.AWAITING_APPROVAL || state == ExtensionState.NEVER_REQUESTED;
  }

  /** Whether profiles forbid it: users may not approve it, and no profile allows it. */
  public boolean isForbidden() {
    return Boolean.FALSE.equals(userMayApprove) && Boolean.FALSE.equals(allowedByProfile);
  }
}
