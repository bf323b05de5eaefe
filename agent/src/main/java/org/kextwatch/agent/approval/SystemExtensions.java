package org.kextwatch.agent.approval;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionRow;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.SystemExtension;

/**
 * Derives one state from the rows of Defender's system extensions. Of several bundles the worst
 * decides. A bundle that is only being uninstalled counts as absent; one that is only being
 * switched off is disabled, because macOS may let it run until the next restart.
 */
final class SystemExtensions {
  /** The bundles; a row counts only with Defender's team. */
  static final Set<String> DEFENDERS =
      Set.of("com.microsoft.wdav.epsext", "com.microsoft.wdav.netext");

  private static final String ENABLED = "activated_enabled";

  /** In the order of the reasons in the status: what is known to be bad, then what is unknown. */
  private static final List<ExtensionState> WORST_FIRST =
      List.of(
          ExtensionState.AWAITING_APPROVAL,
          ExtensionState.PENDING_RESTART,
          ExtensionState.DISABLED,
          ExtensionState.UNKNOWN,
          ExtensionState.ACTIVE);

  private static final Comparator<List<BigInteger>> BY_NUMBERS =
      (a, b) -> Arrays.compare(a.toArray(BigInteger[]::new), b.toArray(BigInteger[]::new));

  /**
   * Which row of a bundle counts: a readable state, then the higher version, then the enabled one.
   */
  private static final Comparator<SystemExtension> BY_WEIGHT =
      Comparator.comparing(SystemExtension::isStateKnown)
          .thenComparing(SystemExtensions::version, BY_NUMBERS)
          .thenComparing(SystemExtensions::isOn);

  private SystemExtensions() {}

  /** Defender's rows among all, {@code null} if they are not known. */
  static @Nullable List<SystemExtension> ofDefender(@Nullable List<ExtensionRow> rows) {
    return rows == null
        ? null
        : rows.stream()
            .filter(SystemExtensions::isDefenders)
            .map(ExtensionRow::extension)
            .distinct() // the same row many times would be in every event
            .toList();
  }

  /** Whether a row is one of Defender's. */
  static boolean isDefenders(ExtensionRow row) {
    return DEFENDERS.contains(row.bundleId())
        && row.teamId().equals(WatchedExtension.DEFENDER.teamId());
  }

  /** Whether Defender has a system extension that is not being removed. */
  static boolean anyStays(@Nullable List<SystemExtension> rows) {
    return rows != null && staying(rows).findAny().isPresent();
  }

  /** Whether one that macOS still lists was switched off. */
  static boolean anyIsSwitchedOff(@Nullable List<SystemExtension> rows) {
    return byBundle(rows).stream().anyMatch(SystemExtensions::isSwitchedOff);
  }

  /**
   * The state of all of them together.
   *
   * @param rows Defender's, {@code null} if not known
   */
  static ExtensionState state(@Nullable List<SystemExtension> rows) {
    if (rows == null) {
      return ExtensionState.UNKNOWN;
    }
    return byBundle(rows).stream()
        .map(SystemExtensions::bundleState)
        .filter(state -> state != ExtensionState.ABSENT)
        .min(Comparator.comparing(WORST_FIRST::indexOf))
        .orElse(ExtensionState.ABSENT);
  }

  /**
   * The grant of system extensions. macOS keeps no record of who allowed one: KextPolicy is about
   * kexts, and the state alone shows that somebody did.
   */
  static Grant grant(@Nullable List<SystemExtension> rows) {
    return rows == null ? Grant.UNREADABLE : Grant.NONE;
  }

  /** One sentence for people: where the state comes from. */
  static String evidence(@Nullable List<SystemExtension> rows) {
    if (rows == null) {
      return "the system extensions cannot be listed";
    }
    return rows.isEmpty()
        ? "macOS lists no system extension of Defender"
        : "system extensions are not in KextPolicy, their states tell";
  }

  private static Collection<List<SystemExtension>> byBundle(@Nullable List<SystemExtension> rows) {
    return (rows == null ? List.<SystemExtension>of() : rows)
        .stream().collect(Collectors.groupingBy(SystemExtension::bundleId)).values();
  }

  /**
   * The state of one bundle. An enabled row works on beside a newer one that waits to replace it.
   */
  private static ExtensionState bundleState(List<SystemExtension> rows) {
    Optional<SystemExtension> decisive = staying(rows).max(BY_WEIGHT);
    if (decisive.isEmpty()) {
      return isSwitchedOff(rows) ? ExtensionState.DISABLED : ExtensionState.ABSENT;
    }
    return decisive.get().isWaitingToUpgrade() && staying(rows).anyMatch(SystemExtensions::isOn)
        ? ExtensionState.ACTIVE
        : state(decisive.get().state());
  }

  private static boolean isSwitchedOff(List<SystemExtension> rows) {
    return staying(rows).findAny().isEmpty()
        && rows.stream().anyMatch(row -> row.state().startsWith("terminating_for_disable"));
  }

  private static Stream<SystemExtension> staying(List<SystemExtension> rows) {
    return rows.stream().filter(row -> !isLeaving(row.state()));
  }

  private static boolean isOn(SystemExtension row) {
    return row.state().equals(ENABLED);
  }

  private static boolean isLeaving(String state) {
    return state.startsWith("terminat") || state.startsWith("uninstall");
  }

  /** The names are those of recordings and of other programs (belief:system-extension-words). */
  private static ExtensionState state(String name) {
    return switch (name) {
      case ENABLED -> ExtensionState.ACTIVE;
      case "activated_waiting_for_user" -> ExtensionState.AWAITING_APPROVAL;
      case "activated_disabled" -> ExtensionState.DISABLED;
      case "activated_waiting_to_upgrade" -> ExtensionState.PENDING_RESTART;
      default ->
          name.endsWith("_on_reboot") ? ExtensionState.PENDING_RESTART : ExtensionState.UNKNOWN;
    };
  }

  private static List<BigInteger> version(SystemExtension row) {
    String text = row.version() == null ? "" : row.version();
    return Arrays.stream(text.split("\\D+"))
        .filter(number -> !number.isEmpty())
        .map(BigInteger::new)
        .toList();
  }
}
