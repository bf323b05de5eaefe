package org.kextwatch.agent.status;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Defender says of itself ({@code mdatp health}), in one shape for every era of its output.
 * {@code null} means that it did not say.
 *
 * @param realTimeProtectionEnabled the setting
 * @param realTimeProtectionAvailable whether the component works: {@code false} on a blocked kext
 * @param issues as Defender words them; empty if there are none or it has no such field
 * @param productExpiration ISO 8601 where Defender gave an instant, else its own words
 * @param expiresAt the day in it, as people at this Mac count days
 * @param expiresSoon whether that day is near, or over
 * @param tamperProtection such as {@code block}
 * @param definitionsStatus such as {@code up_to_date}
 * @param definitionsAgeMinutes minutes since the definitions were updated
 * @param managedSettings names of the settings above that a policy holds
 * @param unavailableFields names of the fields above that Defender calls "unavailable", which is
 *     more than not naming them
 * @param exitCode of the last {@code mdatp}, {@code null} if it did not end by itself
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

  /** Defender told nothing; {@code reachability} says why. */
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

  /** The same, but some key values as another has them; all is, of one that was not reached. */
  Health keeping(Health other, Set<String> fields) {
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

  /** The same, with Defender's ids or without. */
  public Health with(@Nullable DefenderIds ids) {
    return with(expiresAt, expiresSoon, ids);
  }

  /**
   * The same of a Defender that expires.
   *
   * @param day the last on which it works, {@code null} if that is not known
   */
  public Health expiring(@Nullable LocalDate day, LocalDate today) {
    Boolean soon = day == null ? null : !today.isBefore(day.minus(Thresholds.EXPIRY_NOTICE));
    return with(day, soon, defenderIds);
  }

  /** Whether its last day is over; not, as far as is known, where the day is not known. */
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
   * By what Microsoft's portal knows this Mac and its owner.
   *
   * @param edrDeviceTags by their keys; empty if there are none
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
