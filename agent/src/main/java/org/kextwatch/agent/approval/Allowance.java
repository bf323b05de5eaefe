package org.kextwatch.agent.approval;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Plist;

/**
 * What policies say of one team, the keys of all of them merged as macOS merges them.
 *
 * @param overrides {@code AllowUserOverrides}: false if any says so, {@code null} if none tells
 * @param wholeTeam whether a list of teams has it
 * @param named whether a list of bundles has an entry for it
 * @param bundles those that are allowed by name
 * @param types those that are allowed, in the words of a profile; {@code null} for all of them
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
   * NonRemovableFromUISystemExtensions} of a profile. What macOS' own list calls them is not known
   * (belief:extension-lock-keys); its other names begin with a small letter and leave out "System".
   */
  private static final String LOCK = "nonremovable";

  /** How macOS' own list calls what a profile calls otherwise. */
  private static final Map<String, String> TYPES =
      Map.of(
          "com.apple.system_extension.endpoint_security", "EndpointSecurityExtension",
          "com.apple.system_extension.network_extension", "NetworkExtension",
          "com.apple.system_extension.driver_extension", "DriverExtension");

  static Allowance of(String team, Keys keys, List<Plist> policies) {
    return policies.stream().map(policy -> of(team, keys, policy)).reduce(NOTHING, Allowance::and);
  }

  private static Allowance of(String team, Keys keys, Plist policy) {
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
            .filter(key -> key.toLowerCase(Locale.ROOT).startsWith(LOCK))
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

  /** Those of our bundles that are not allowed. */
  List<String> lacking(Set<String> ours) {
    return wholeTeam ? List.of() : left(ours, bundles);
  }

  /** Those of our types that are not allowed. */
  List<String> lackingTypes(Set<String> ours) {
    return types == null ? List.of() : left(ours, types);
  }

  private static List<String> left(Set<String> ours, Set<String> allowed) {
    return ours.stream().filter(one -> !allowed.contains(one)).sorted().toList();
  }

  private static String type(String name) {
    return TYPES.getOrDefault(name, name);
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  /**
   * How a kind of policy calls its keys.
   *
   * @param overrides whether users may approve what it does not allow
   * @param teams an array of teams
   * @param bundles a dictionary from team to an array of bundles
   * @param types a dictionary from team to an array of types
   */
  record Keys(String overrides, String teams, String bundles, String types) {
    /** A kext has no type, and its policy no such key. */
    static final Keys KERNEL =
        new Keys("AllowUserOverrides", "AllowedTeamIdentifiers", "AllowedKernelExtensions", "");

    static final Keys SYSTEM =
        new Keys(
            "AllowUserOverrides",
            "AllowedTeamIdentifiers",
            "AllowedSystemExtensions",
            "AllowedSystemExtensionTypes");

    /** Of the policies that macOS keeps beside its own list of system extensions. */
    static final Keys OWN_LIST =
        new Keys(
            "allowUserOverrides", "allowedTeamIDs", "allowedExtensions", "allowedExtensionTypes");
  }
}
