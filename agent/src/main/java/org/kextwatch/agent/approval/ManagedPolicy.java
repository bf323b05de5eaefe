package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.PolicyReading.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * What the organisation's profile says of an extension, by its payload's keys and by the team,
 * whatever the profile is called. It never decides what state an extension is in: profiles were
 * seen installed and without effect (rdar 39209026, rdar 37709636).
 *
 * @param userMayApprove whether it leaves the approval to the user, {@code null} if that cannot be
 *     told
 * @param allows whether it allows the extension, {@code null} if that cannot be told
 * @param evidence for people; empty if there is no profile
 * @see <a href="https://github.com/apple/device-management">Apple's schema of the payloads</a>
 */
record ManagedPolicy(@Nullable Boolean userMayApprove, @Nullable Boolean allows, String evidence) {
  static final String KERNEL_PATH =
      "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist";
  static final String SYSTEM_PATH =
      "/Library/Managed Preferences/com.apple.system-extension-policy.plist";

  static final ManagedPolicy NONE = new ManagedPolicy(true, false, "");

  private static final ManagedPolicy OTHERS_ONLY = new ManagedPolicy(false, false, "");
  private static final ManagedPolicy UNREADABLE =
      new ManagedPolicy(null, null, "its profile cannot be read");

  private static final Keys KERNEL = new Keys("AllowedTeamIdentifiers", "AllowedKernelExtensions");
  private static final Keys SYSTEM = new Keys("AllowedTeamIdentifiers", "AllowedSystemExtensions");
  private static final Keys OWN_LIST = new Keys("allowedTeamIDs", "allowedExtensions");

  /**
   * Of the watched kext. A profile that does not name {@code AllowUserOverrides} forbids them
   * (Apple's schema). Where no profile is seen, an MDM's rows that leave us out are taken for one:
   * whether macOS keeps the profile's file there is not verified.
   */
  static ManagedPolicy kernel(SystemRoot root, WatchedExtension watched, PolicyReading database) {
    try {
      Plist payload = Plist.read(root.resolve(KERNEL_PATH));
      Set<String> bundles = Set.of(watched.bundleId());
      return of(
          payload.bool("AllowUserOverrides").orElse(false),
          KERNEL.allow(List.of(payload), watched.teamId(), bundles));
    } catch (NoSuchFileException e) {
      return database instanceof PolicyRows rows && rows.mdm().isEmpty() && rows.mdmHasOthers()
          ? OTHERS_ONLY
          : NONE;
    } catch (IOException e) {
      return UNREADABLE;
    }
  }

  /**
   * Of Defender's system extensions. A profile that does not name {@code AllowUserOverrides} leaves
   * it to the users (Apple's schema).
   *
   * @param known what macOS keeps of policies beside its own list: what they allow, but not what
   *     they leave to users
   */
  static ManagedPolicy system(SystemRoot root, List<Plist> known) {
    String team = WatchedExtension.DEFENDER.teamId();
    try {
      Plist payload = Plist.read(root.resolve(SYSTEM_PATH));
      return of(
          payload.bool("AllowUserOverrides").orElse(true),
          SYSTEM.allow(List.of(payload), team, SystemExtensions.DEFENDERS));
    } catch (NoSuchFileException e) {
      return known.isEmpty()
          ? NONE
          : of(null, OWN_LIST.allow(known, team, SystemExtensions.DEFENDERS));
    } catch (IOException e) {
      return UNREADABLE;
    }
  }

  private static ManagedPolicy of(@Nullable Boolean userMayApprove, Allowance allowance) {
    return switch (allowance) {
      case TEAM -> new ManagedPolicy(userMayApprove, true, "a profile allows its team");
      case BUNDLE -> new ManagedPolicy(userMayApprove, true, "a profile allows it by name");
      case NOTHING -> new ManagedPolicy(userMayApprove, false, "a profile leaves it out");
    };
  }

  private enum Allowance {
    TEAM,
    BUNDLE,
    NOTHING
  }

  /**
   * How a policy names what it allows.
   *
   * @param teams an array of teams
   * @param bundles a dictionary from team to an array of bundles
   */
  private record Keys(String teams, String bundles) {

    /** Several policies count together. */
    Allowance allow(List<Plist> policies, String team, Set<String> ours) {
      if (policies.stream().anyMatch(policy -> policy.strings(teams).contains(team))) {
        return Allowance.TEAM;
      }
      Set<String> named =
          policies.stream()
              .flatMap(policy -> policy.dictionary(bundles).stream())
              .flatMap(byTeam -> byTeam.strings(team).stream())
              .collect(Collectors.toSet());
      return named.containsAll(ours) ? Allowance.BUNDLE : Allowance.NOTHING;
    }
  }
}
