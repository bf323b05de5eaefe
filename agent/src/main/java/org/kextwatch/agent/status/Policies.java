package org.kextwatch.agent.status;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the managed policies of the extension's kind say beyond the status document. It makes the
 * advice exact, and does not decide the verdict.
 *
 * @param seen whether there is such a policy at all
 * @param unreadableFile the Mac's path of a policy file that cannot be read, {@code null} for none
 * @param namesUserOverrides whether one of them has {@code AllowUserOverrides}
 * @param teamNamedTwice whether the team is in both {@code AllowedTeamIdentifiers} and {@code
 *     AllowedSystemExtensions}, which Apple's schema calls an error
 * @param missingBundles the bundles that none of them allows
 * @param missingTypes the types of the extension that the list of its team does not name, as in
 *     {@code AllowedSystemExtensionTypes}
 * @param lockedBundles the bundles that users can neither switch off nor remove
 */
public record Policies(
    boolean seen,
    @Nullable String unreadableFile,
    boolean namesUserOverrides,
    boolean teamNamedTwice,
    List<String> missingBundles,
    List<String> missingTypes,
    List<String> lockedBundles) {

  /** There is no such policy. */
  public static final Policies NONE =
      new Policies(false, null, false, false, List.of(), List.of(), List.of());

  public Policies {
    missingBundles = List.copyOf(missingBundles);
    missingTypes = List.copyOf(missingTypes);
    lockedBundles = List.copyOf(lockedBundles);
  }
}
