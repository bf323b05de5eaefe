package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.Records;

/** A protected Mac of the kext era, and how others differ from it. */
public final class StatusSamples {
  public static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  public static final LocalDate TODAY = LocalDate.of(2026, 11, 23);

  public static final Device DEVICE =
      new Device(
          "C02XK0AAJG5H",
          "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11",
          "Anna's MacBook Pro",
          "MacBookPro15,1",
          "10.14.6",
          "18G9323",
          "x86_64",
          Device.Mdm.UNKNOWN,
          Map.of("site", "Berlin"));

  public static final Health HEALTHY =
      health(Reachability.OK, true, true, true, true, false, null, "up_to_date", 12L, List.of());

  /** Defender calls both of real-time protection unavailable. */
  public static final Health UNAVAILABLE =
      health(
          Reachability.OK,
          null,
          true,
          null,
          null,
          false,
          null,
          null,
          null,
          List.of("realTimeProtectionEnabled", "realTimeProtectionAvailable"));

  public static final Extension ACTIVE = extension(ExtensionState.ACTIVE, Grant.USER, true);

  public static final Extension AWAITING =
      extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false);

  static final Thresholds THRESHOLDS = new Thresholds(false, Duration.ofDays(7));

  private StatusSamples() {}

  public static Health health(
      Reachability reachability,
      @Nullable Boolean healthy,
      @Nullable Boolean licensed,
      @Nullable Boolean enabled,
      @Nullable Boolean available,
      @Nullable Boolean passive,
      @Nullable Boolean fullDiskAccess,
      @Nullable String definitionsStatus,
      @Nullable Long definitionsAge,
      List<String> unavailable) {
    return new Health(
        reachability,
        healthy,
        licensed,
        enabled,
        available,
        null,
        passive,
        fullDiskAccess,
        List.of(),
        "101.02.48",
        null,
        null,
        null,
        null,
        null,
        definitionsStatus,
        definitionsAge,
        List.of(),
        unavailable,
        0,
        null);
  }

  public static Health pair(@Nullable Boolean enabled, @Nullable Boolean available) {
    return health(
        Reachability.OK, null, true, enabled, available, false, null, null, null, List.of());
  }

  public static Extension extension(ExtensionState state, Grant grant, @Nullable Boolean loaded) {
    return extension(ExtensionKind.KERNEL, state, grant, loaded, true, null);
  }

  public static Extension extension(
      ExtensionKind kind,
      ExtensionState state,
      Grant grant,
      @Nullable Boolean loaded,
      @Nullable Boolean userMayApprove,
      @Nullable Attempt lastAttempt) {
    return new Extension(
        kind,
        state,
        "com.microsoft.wdavkext",
        "UBF8T346G9",
        "/Library/Extensions/wdavkext.kext",
        "101.2.48",
        loaded,
        Boolean.TRUE.equals(loaded) ? "101.2.48" : null,
        grant,
        "kext_policy allows it (user)",
        userMayApprove,
        false,
        lastAttempt,
        List.of());
  }

  public static Health licensed(@Nullable Boolean licensed) {
    return Records.with(HEALTHY, "licensed", licensed);
  }

  public static Extension systemExtension(ExtensionState state, List<SystemExtension> rows) {
    return Records.with(
        extension(ExtensionKind.SYSTEM, state, Grant.NONE, null, null, null),
        "version",
        null,
        "grantEvidence",
        "system extensions are not in KextPolicy, their states tell",
        "systemExtensions",
        rows);
  }

  public static Observation seen(Health health, Extension extension) {
    return seen(NOON, health, extension);
  }

  /** A look at any moment. */
  public static Observation seen(Instant at, Health health, Extension extension) {
    return new Observation(at, TODAY, DEVICE, health, extension, Policies.NONE, false);
  }

  public static Status status(Health health, Extension extension) {
    Judgement judgement = judge(health, extension);
    return new Status(
        Status.SCHEMA,
        NOON,
        judgement.verdict(),
        judgement.reason(),
        null,
        false,
        judgement.summary(),
        judgement.advice(),
        DEVICE,
        AgentState.quiet("0.1.0", NOON, 300),
        health,
        extension);
  }

  static Status at(Status status, Instant at) {
    return Records.with(status, "observedAt", at);
  }

  static Judgement judge(Health health, Extension extension) {
    return judge(seen(health, extension));
  }

  static Judgement judge(Observation seen) {
    return Judge.judge(seen, THRESHOLDS, JudgeContext.ORDINARY);
  }
}
