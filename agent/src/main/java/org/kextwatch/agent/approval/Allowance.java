package org.kextwatch.agent.approval;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Plist;

/**
 * What the policies allow one team. Their keys are merged as macOS merges them.
 *
 * @param overrides {@code AllowUserOverrides}: false if any policy says so, {@code null} if none
 *     has the key
 * @param wholeTeam whether a list of teams has the team
 * @param named whether a list of bundles has an entry for the team
 * @param bundles the bundles that are allowed by name
 * @param types the types that are allowed, named as in a profile; {@code null} for all of them
 * @param locked bundles that users can neither switch off nor remove
 * @see <a href="https://github.com/apple/device-management">Apple's schema of the payloads</a>
 */
record Allowance(
    @Nullable Boolean overrides,
    boolean wholeTeam,
    boolean named,
    Set<String> bundles,
    @Nullable Set<String> types,
    Set<String> locked) {

  private static final Allowance NOTHING =
      new Allowance(null, false, false, Set.of(), null, Set.of());

  /**
   * How the keys that lock extensions begin: {@code NonRemovableSystemExtensions} and {@code
   * NonRemovableFromUISystemExtensions} in a profile. Their names in macOS' own list are not known
   * (belief:extension-lock-keys); its other names begin with a small letter and omit "System".
   */
  private static final String LOCK = "nonremovable";

  /** The types by their names in macOS' own list. */
  private static final Map<String, String> TYPES =
      Map.of(
          "com.apple.system_extension.endpoint_security", "EndpointSecurityExtension",
          "com.apple.system_extension.network_extension", "NetworkExtension",
          "com.apple.system_extension.driver_extension", "DriverExtension");

  static Allowance of(String team, PolicyKeys keys, List<Plist> policies) {
    return policies.stream().map(policy -> of(team, keys, policy)).reduce(NOTHING, Allowance::and);
  }

  private static Allowance of(String team, PolicyKeys keys, Plist policy) {
    Plist bundles = policy.dictionary(keys.bundles).orElse(null);
    Set<String> types =
        policy
            .dictionary(keys.types)
            .filter(byTeam -> byTeam.has(team))
            .map(byTeam -> byTeam.strings(team).stream().map(Allowance::type))
            .map(names -> names.collect(Collectors.toSet()))
            .orElse(null);
    return new Allowance(
        policy.bool(keys.overrides).orElse(null),
        policy.strings(keys.teams).contains(team),
        bundles != null && bundles.has(team),
        bundles == null ? Set.of() : Set.copyOf(bundles.strings(team)),
        types,
        policy.keys().stream()
            .filter(key -> key.regionMatches(true, 0, LOCK, 0, LOCK.length()))
            .flatMap(key -> policy.dictionary(key).stream())
            .flatMap(byTeam -> byTeam.strings(team).stream())
            .collect(Collectors.toSet()));
  }

  Allowance and(Allowance other) {
    return new Allowance(
        isForbidding(other) ? Boolean.FALSE : overrides == null ? other.overrides : overrides,
        wholeTeam || other.wholeTeam,
        named || other.named,
        union(bundles, other.bundles),
        types == null ? other.types : other.types == null ? types : union(types, other.types),
        union(locked, other.locked));
  }

  private static boolean isForbidding(Allowance one) {
    return Boolean.FALSE.equals(one.overrides);
  }

  /** Which of our bundles are not allowed. */
  List<String> missing(Set<String> ours) {
    return wholeTeam ? List.of() : without(ours, bundles);
  }

  /** Which of our types are not allowed. */
  List<String> missingTypes(Set<String> ours) {
    return types == null ? List.of() : without(ours, types);
  }

  private static List<String> without(Set<String> ours, Set<String> allowed) {
    return ours.stream().filter(one -> !allowed.contains(one)).sorted().toList();
  }

  private static String type(String name) {
    return TYPES.getOrDefault(name, name);
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    if (one.containsAll(other)) {
      return one; // thousands of policies may have nothing to add
    }
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  /**
   * The names of the keys in one kind of policy.
   *
   * @param overrides whether users may approve what the policy does not allow
   * @param teams an array of teams
   * @param bundles a dictionary from team to an array of bundles
   * @param types a dictionary from team to an array of types
   */
  record PolicyKeys(String overrides, String teams, String bundles, String types) {
    /** Kexts have no types, so their policy has no key for them. */
    static final PolicyKeys KERNEL =
        new PolicyKeys(
            "AllowUserOverrides", "AllowedTeamIdentifiers", "AllowedKernelExtensions", "");

    static final PolicyKeys SYSTEM =
        new PolicyKeys(
            "AllowUserOverrides",
            "AllowedTeamIdentifiers",
            "AllowedSystemExtensions",
            "AllowedSystemExtensionTypes");

    /** For the policies that macOS stores in its own list of system extensions. */
    static final PolicyKeys OWN_LIST =
        new PolicyKeys(
            "allowUserOverrides", "allowedTeamIDs", "allowedExtensions", "allowedExtensionTypes");
  }
}
