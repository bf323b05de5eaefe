package org.kextwatch.agent.approval;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.SystemExtensionList.Row;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.SystemExtension;

/**
 * What the rows of Defender's system extensions come to. An extension that is being terminated or
 * uninstalled is as good as gone; of the others the worst decides.
 */
final class SystemExtensions {
  /** Their bundles; a row counts only with Defender's team. */
  static final Set<String> DEFENDERS =
      Set.of("com.microsoft.wdav.epsext", "com.microsoft.wdav.netext");

  /** In the order of the status' reasons; what is known to be bad beats what is unknown. */
  private static final List<ExtensionState> WORST_FIRST =
      List.of(
          ExtensionState.AWAITING_APPROVAL,
          ExtensionState.PENDING_RESTART,
          ExtensionState.DISABLED,
          ExtensionState.UNKNOWN,
          ExtensionState.ACTIVE);

  private static final Comparator<List<BigInteger>> BY_NUMBERS =
      (a, b) -> Arrays.compare(a.toArray(BigInteger[]::new), b.toArray(BigInteger[]::new));

  private SystemExtensions() {}

  /** Defender's own among the rows of a Mac, {@code null} if nobody looked. */
  static @Nullable List<SystemExtension> ofDefender(@Nullable List<Row> rows) {
    return rows == null
        ? null
        : rows.stream()
            .filter(row -> DEFENDERS.contains(row.bundleId()))
            .filter(row -> row.teamId().equals(WatchedExtension.DEFENDER.teamId()))
            .map(Row::extension)
            .toList();
  }

  /** Whether Defender has one that is there to stay. */
  static boolean anyStays(@Nullable List<SystemExtension> rows) {
    return !staying(rows).isEmpty();
  }

  /**
   * The state of all of them together.
   *
   * @param rows Defender's, {@code null} if nobody looked
   */
  static ExtensionState state(@Nullable List<SystemExtension> rows) {
    if (rows == null) {
      return ExtensionState.UNKNOWN;
    }
    return staying(rows).stream()
        .map(row -> state(row.state()))
        .min(Comparator.comparing(WORST_FIRST::indexOf))
        .orElse(ExtensionState.ABSENT);
  }

  /**
   * The grant of system extensions. No record of Apple's says who allowed one: KextPolicy is about
   * kexts, and the state tells that somebody did.
   */
  static Grant grant(@Nullable List<SystemExtension> rows) {
    return rows == null ? Grant.UNREADABLE : Grant.NONE;
  }

  /** What was seen, for people. */
  static String evidence(@Nullable List<SystemExtension> rows) {
    if (rows == null) {
      return "the system extensions cannot be listed";
    }
    return rows.isEmpty()
        ? "macOS lists no system extension of Defender"
        : "system extensions are not in KextPolicy, their states tell";
  }

  /** One row for each bundle, the one with the higher version. */
  private static Collection<SystemExtension> staying(@Nullable List<SystemExtension> rows) {
    Map<String, SystemExtension> newest =
        (rows == null ? List.<SystemExtension>of() : rows)
            .stream()
                .filter(row -> !isLeaving(row.state()))
                .collect(
                    Collectors.toMap(
                        SystemExtension::bundleId,
                        Function.identity(),
                        BinaryOperator.maxBy(
                            Comparator.comparing(SystemExtensions::version, BY_NUMBERS))));
    return newest.values();
  }

  private static boolean isLeaving(String state) {
    return state.startsWith("terminat") || state.startsWith("uninstall");
  }

  private static ExtensionState state(String word) {
    return switch (word) {
      case "activated_enabled" -> ExtensionState.ACTIVE;
      case "activated_waiting_for_user" -> ExtensionState.AWAITING_APPROVAL;
      case "activated_disabled" -> ExtensionState.DISABLED;
      case "activated_waiting_to_upgrade" -> ExtensionState.PENDING_RESTART;
      default ->
          word.endsWith("_on_reboot") ? ExtensionState.PENDING_RESTART : ExtensionState.UNKNOWN;
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
