package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.Allowance.PolicyKeys;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.status.Policies;

/**
 * What the organisation's profiles say about an extension, found by the keys of their payloads and
 * the team. What the policy file and macOS' own database allow is a union, because the file has
 * only one profile's value of a key that several profiles set. It does not decide the state of an
 * extension: installed profiles without effect were seen (rdar 39209026, rdar 37709636).
 *
 * @param userMayApprove whether users may approve it, {@code null} if there is no profile of the
 *     extension's kind, or it does not say
 * @param allows whether they allow the extension, {@code null} if not known
 * @param evidence one sentence for people; empty if there is no profile
 * @param details for the advice
 */
record ManagedPolicy(
    @Nullable Boolean userMayApprove, @Nullable Boolean allows, String evidence, Policies details) {

  static final ManagedPolicy NONE = new ManagedPolicy(null, false, "", Policies.NONE);

  private static final String UNREADABLE = "its profile cannot be read";
  private static final Set<String> DEFENDERS_TYPES =
      Set.of("EndpointSecurityExtension", "NetworkExtension");

  /**
   * The policy for the watched kext. A profile without {@code AllowUserOverrides} does not let
   * users approve (Apple's schema). If there is no file of a profile, rows of an MDM for other
   * kexts only count as a profile: whether macOS keeps the file is not verified
   * (belief:profile-file-kept).
   *
   * @param enrolled whether an MDM manages this Mac, {@code null} if not known
   */
  static ManagedPolicy kernel(
      PlistCache plists,
      WatchedExtension watched,
      PolicyResult database,
      @Nullable Boolean enrolled) {
    PolicyFile file = PolicyFile.read(plists, SystemPaths.MANAGED_KEXT_POLICY);
    Allowance allowance = Allowance.of(watched.teamId(), PolicyKeys.KERNEL, file.content());
    Set<String> ours = Set.of(watched.bundleId());
    boolean isInRows = database instanceof PolicyRows rows && !rows.mdm().isEmpty();
    boolean byRow = database instanceof PolicyRows rows && rows.mdmAllows();
    boolean othersOnly =
        database instanceof PolicyRows rows
            && rows.mdmHasOthersOnly()
            && !Boolean.FALSE.equals(enrolled);
    List<String> missing = byRow ? List.of() : allowance.missing(ours);
    Boolean mayApprove = file.isReadable() ? Boolean.valueOf(isTrue(allowance.overrides())) : null;
    if (!file.isThere() && othersOnly) {
      mayApprove = false;
    }
    Policies details =
        new Policies(
            file.isThere() || isInRows || othersOnly,
            file.unreadable(),
            allowance.overrides() != null,
            false,
            missing,
            List.of(),
            List.of());
    return new ManagedPolicy(
        mayApprove,
        allows(missing.isEmpty(), file),
        evidence(file, byRow || !file.isThere() ? "" : sentence(allowance, details, ours.size())),
        details);
  }

  /**
   * The policy for Defender's system extensions. A profile without {@code AllowUserOverrides} lets
   * users approve (Apple's schema).
   *
   * @param known the policies that macOS stores in its own list
   */
  static ManagedPolicy system(PlistCache plists, List<Plist> known) {
    String team = WatchedExtension.DEFENDER.teamId();
    PolicyFile file = PolicyFile.read(plists, SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY);
    if (!file.isThere() && known.isEmpty()) {
      return NONE;
    }
    Allowance allowance =
        Allowance.of(team, PolicyKeys.SYSTEM, file.content())
            .and(Allowance.of(team, PolicyKeys.OWN_LIST, known));
    Policies details =
        new Policies(
            true,
            file.unreadable(),
            allowance.overrides() != null,
            allowance.wholeTeam() && allowance.named(),
            allowance.missing(SystemExtensions.DEFENDERS),
            allowance.missingTypes(DEFENDERS_TYPES),
            allowance.locked().stream().sorted().toList());
    boolean isAllowed = details.missingBundles().isEmpty() && details.missingTypes().isEmpty();
    boolean forbids = Boolean.FALSE.equals(allowance.overrides());
    return new ManagedPolicy(
        (forbids || file.unreadable() == null) ? Boolean.valueOf(!forbids) : null,
        allows(isAllowed, file),
        evidence(file, sentence(allowance, details, SystemExtensions.DEFENDERS.size())),
        details);
  }

  /** A file that cannot be read may allow what the others do not. */
  private static @Nullable Boolean allows(boolean isAllowed, PolicyFile file) {
    return (isAllowed || file.unreadable() == null) ? Boolean.valueOf(isAllowed) : null;
  }

  /** One sentence for people. */
  private static String sentence(Allowance allowance, Policies details, int ours) {
    if (details.missingBundles().size() == ours) {
      return "a profile does not allow it";
    }
    if (!details.missingBundles().isEmpty()) {
      return "a profile does not allow " + String.join(" and ", details.missingBundles());
    }
    if (!details.missingTypes().isEmpty()) {
      return "a profile does not allow its type " + String.join(" and ", details.missingTypes());
    }
    return allowance.wholeTeam() ? "a profile allows its team" : "a profile allows it by name";
  }

  private static String evidence(PolicyFile file, String word) {
    if (file.unreadable() == null) {
      return word;
    }
    return word.startsWith("a profile allows") ? word + "; " + UNREADABLE : UNREADABLE;
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value);
  }

  /**
   * The file that macOS writes for a profile.
   *
   * @param content empty if there is no file, or it cannot be read
   * @param unreadable the Mac's path of a file that cannot be read, {@code null} for none
   */
  private record PolicyFile(List<Plist> content, @Nullable String unreadable) {
    static PolicyFile read(PlistCache plists, String macPath) {
      try {
        return new PolicyFile(List.of(plists.read(macPath)), null);
      } catch (NoSuchFileException e) {
        return new PolicyFile(List.of(), null);
      } catch (IOException e) {
        return new PolicyFile(List.of(), macPath);
      }
    }

    boolean isThere() {
      return isReadable() || unreadable != null;
    }

    boolean isReadable() {
      return !content.isEmpty();
    }
  }
}
