package org.kextwatch.agent.status;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code mdatp health}, in one form for every version of Defender. {@code null} means
 * that Defender does not say.
 *
 * @param realTimeProtectionEnabled the setting
 * @param realTimeProtectionAvailable whether the component works: {@code false} if macOS blocks the
 *     kext
 * @param issues in Defender's own words; empty if there are none or it has no such field
 * @param productExpiration ISO 8601 if Defender prints an instant, else its own words
 * @param expiresAt the day of {@code productExpiration} in this Mac's time zone
 * @param expiresSoon whether that day is near or past
 * @param tamperProtection such as {@code block}
 * @param definitionsStatus such as {@code up_to_date}
 * @param definitionsAgeMinutes minutes since the definitions were updated
 * @param managedSettings names of the settings above that a policy sets
 * @param unavailableFields names of the fields above for which Defender prints "unavailable", which
 *     says more than a missing field
 * @param exitCode of the last run of {@code mdatp}, {@code null} if it did not end by itself
 * @param defenderIds {@code null} unless the settings let them leave the Mac
 */
public record Health(
    Reachability reachability,
    @Nullable Boolean healthy,
    @Nullable Boolean licensed,
    @Nullable Boolean realTimeProtectionEnabled,
    @Nullable Boolean realTimeProtectionAvailable,
    @Nullable String realTimeProtectionSubsystem,
    @Nullable Boolean passiveModeEnabled,
    @Nullable Boolean fullDiskAccessEnabled,
    List<String> issues,
    @Nullable String appVersion,
    @Nullable String productExpiration,
    @Nullable LocalDate expiresAt,
    @Nullable Boolean expiresSoon,
    @Nullable String releaseRing,
    @Nullable String tamperProtection,
    @Nullable String definitionsStatus,
    @Nullable Long definitionsAgeMinutes,
    List<String> managedSettings,
    List<String> unavailableFields,
    @Nullable Integer exitCode,
    @Nullable DefenderIds defenderIds) {

  public Health {
    issues = List.copyOf(issues);
    managedSettings = List.copyOf(managedSettings);
    unavailableFields = List.copyOf(unavailableFields);
  }

  /** No answer from Defender; {@code reachability} says why. */
  public static Health unreachable(Reachability reachability, @Nullable Integer exitCode) {
    return new Health(
        reachability,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(),
        exitCode,
        null);
  }

  /**
   * The same with some key values of another; if {@code reachability} is one of them, with all that
   * is not a key value too.
   */
  Health withValuesOf(Health other, Set<String> fields) {
    Health base = fields.contains(KeyValues.REACHABILITY) ? other : this;
    return new Health(
        base.reachability,
        base.healthy,
        fields.contains(KeyValues.LICENSED) ? other.licensed : licensed,
        fields.contains(KeyValues.ENABLED)
            ? other.realTimeProtectionEnabled
            : realTimeProtectionEnabled,
        fields.contains(KeyValues.AVAILABLE)
            ? other.realTimeProtectionAvailable
            : realTimeProtectionAvailable,
        base.realTimeProtectionSubsystem,
        base.passiveModeEnabled,
        base.fullDiskAccessEnabled,
        fields.contains(KeyValues.ISSUES) ? other.issues : issues,
        fields.contains(KeyValues.APP_VERSION) ? other.appVersion : appVersion,
        base.productExpiration,
        fields.contains(KeyValues.EXPIRES_SOON) ? other.expiresAt : base.expiresAt,
        fields.contains(KeyValues.EXPIRES_SOON) ? other.expiresSoon : base.expiresSoon,
        base.releaseRing,
        base.tamperProtection,
        base.definitionsStatus,
        base.definitionsAgeMinutes,
        base.managedSettings,
        Stream.concat(
                base.unavailableFields.stream().filter(n -> !fields.contains(KeyValues.HEALTH + n)),
                other.unavailableFields.stream().filter(n -> fields.contains(KeyValues.HEALTH + n)))
            .distinct()
            .toList(),
        base.exitCode,
        base.defenderIds);
  }

  /** The same with other ids of Defender, or without any. */
  public Health with(@Nullable DefenderIds ids) {
    return with(expiresAt, expiresSoon, ids);
  }

  /**
   * The same with the day on which Defender expires.
   *
   * @param day the last day on which it works, {@code null} if not known
   */
  public Health expiring(@Nullable LocalDate day, LocalDate today) {
    Boolean soon = day == null ? null : !today.isBefore(day.minus(Thresholds.EXPIRY_NOTICE));
    return with(day, soon, defenderIds);
  }

  /** Whether its last day is known and past. */
  boolean isExpired(LocalDate today) {
    return expiresAt != null && today.isAfter(expiresAt);
  }

  private Health with(@Nullable LocalDate day, @Nullable Boolean soon, @Nullable DefenderIds ids) {
    return new Health(
        reachability,
        healthy,
        licensed,
        realTimeProtectionEnabled,
        realTimeProtectionAvailable,
        realTimeProtectionSubsystem,
        passiveModeEnabled,
        fullDiskAccessEnabled,
        issues,
        appVersion,
        productExpiration,
        day,
        soon,
        releaseRing,
        tamperProtection,
        definitionsStatus,
        definitionsAgeMinutes,
        managedSettings,
        unavailableFields,
        exitCode,
        ids);
  }

  /**
   * The identifiers of this Mac and its organisation in Microsoft's portal.
   *
   * @param edrDeviceTags values by key; empty if there are none
   */
  public record DefenderIds(
      @Nullable String orgId,
      @Nullable String machineGuid,
      @Nullable String edrMachineId,
      Map<String, String> edrDeviceTags) {

    public DefenderIds {
      edrDeviceTags = Map.copyOf(edrDeviceTags);
    }
  }
}
