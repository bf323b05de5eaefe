package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.status.StatusSamples.ACTIVE;
import static org.kextwatch.agent.status.StatusSamples.AWAITING;
import static org.kextwatch.agent.status.StatusSamples.HEALTHY;
import static org.kextwatch.agent.status.StatusSamples.NOON;
import static org.kextwatch.agent.status.StatusSamples.TODAY;
import static org.kextwatch.agent.status.StatusSamples.extension;
import static org.kextwatch.agent.status.StatusSamples.health;
import static org.kextwatch.agent.status.StatusSamples.pair;
import static org.kextwatch.agent.status.StatusSamples.status;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Records;

class ChangesTest {
  private static final Status PROTECTED = status(HEALTHY, ACTIVE);
  private static final Status BLOCKED = status(pair(true, false), AWAITING);

  @Test
  void nothingHasChangedInAnEqualStatus() {
    assertEquals(List.of(), Changes.between(PROTECTED, status(HEALTHY, ACTIVE)));
  }

  @Test
  void agesAndExitCodesAreNoKeyValues() {
    Health older =
        health(Reachability.OK, true, true, true, true, false, null, "up_to_date", 17L, List.of());
    assertEquals(List.of(), Changes.between(PROTECTED, status(older, ACTIVE)));
  }

  @Test
  void namesEachKeyValue() {
    assertEquals(
        List.of(
            new Change("verdict", Verdict.AT_RISK, Verdict.PROTECTED),
            new Change("reason", Reason.AWAITING_APPROVAL, Reason.NONE),
            new Change("extension.state", ExtensionState.AWAITING_APPROVAL, ExtensionState.ACTIVE),
            new Change("extension.grant", Grant.NONE, Grant.USER),
            new Change("extension.loaded", false, true),
            new Change("health.realTimeProtectionAvailable", false, true)),
        Changes.between(BLOCKED, PROTECTED));
  }

  /** An agent that is the first to read the day must not send an event from every Mac. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, false",
        "-, false, false",
        "false, -, false",
        "false, false, false",
        "false, true, true",
        "-, true, true",
        "true, true, false",
        "true, false, true",
        "true, -, true"
      })
  void onlyThatItExpiresSoonIsAChange(
      @Nullable Boolean before, @Nullable Boolean now, boolean isChange) {
    List<Change> changes = Changes.between(expiring(before), expiring(now));
    assertEquals(
        isChange ? List.of(new Change("health.expiresSoon", before, now)) : List.of(), changes);
  }

  private static Status expiring(@Nullable Boolean soon) {
    LocalDate day = soon == null ? null : TODAY.plusDays(soon ? 1 : 100);
    return status(HEALTHY.expiring(day, TODAY), ACTIVE);
  }

  /** An older agent asked the kernel there too. */
  @Test
  void betweenSystemExtensionsNothingOfAKextIsCompared() {
    Extension now = StatusSamples.systemExtension(ExtensionState.ACTIVE, List.of());
    Extension asked = extension(ExtensionKind.SYSTEM, now.state(), now.grant(), false, null, null);
    Status status = status(HEALTHY, now);
    List<String> fields = fields(status(HEALTHY, asked), status);
    assertEquals(List.of("extension.version"), fields);
    assertFalse(fields(null, status).contains("extension.loaded"));
  }

  private static List<String> fields(Status before, Status now) {
    return Changes.between(before, now).stream().map(Change::field).toList();
  }

  @Test
  void againstNothingEveryKnownValueIsAChange() {
    List<Change> changes = Changes.between(null, BLOCKED);
    assertTrue(changes.contains(new Change("verdict", null, Verdict.AT_RISK)));
    assertTrue(changes.contains(new Change("extension.loaded", null, false)));
  }

  @Test
  void namesTheOutcomeOfTheLastAttempt() {
    Attempt attempt = new Attempt(NOON, Outcome.POLICY_BLOCKED, 27, "Kext rejected");
    Status attempted =
        status(
            pair(true, false),
            extension(
                ExtensionKind.KERNEL,
                ExtensionState.AWAITING_APPROVAL,
                Grant.NONE,
                false,
                true,
                attempt));
    assertEquals(
        List.of(new Change("extension.lastAttempt.outcome", null, Outcome.POLICY_BLOCKED)),
        Changes.between(BLOCKED, attempted));
  }

  @Test
  void namesEachSystemExtensionByBundleAndVersion() {
    SystemExtension waiting =
        new SystemExtension("com.microsoft.wdav.epsext", "101.1", "activated_waiting_for_user");
    SystemExtension enabled =
        new SystemExtension("com.microsoft.wdav.epsext", "101.1", "activated_enabled");
    SystemExtension other =
        new SystemExtension("com.microsoft.wdav.netext", "101.1", "uninstalled");

    List<Change> changes = Changes.between(withExtensions(waiting, other), withExtensions(enabled));

    assertEquals(
        List.of(
            new Change(
                "extension.systemExtensions.com.microsoft.wdav.epsext@101.1",
                "activated_waiting_for_user",
                "activated_enabled"),
            new Change(
                "extension.systemExtensions.com.microsoft.wdav.netext@101.1", "uninstalled", null)),
        changes);
  }

  @Test
  void riskIsNewProtectionResolvesItAllElseIsAChange() {
    Status unknown = status(Health.unreachable(Reachability.TIMEOUT, null), ACTIVE);
    assertEquals(Transition.NEW, Transition.between(null, BLOCKED));
    assertEquals(Transition.NEW, Transition.between(PROTECTED, BLOCKED));
    assertEquals(Transition.RESOLVED, Transition.between(BLOCKED, PROTECTED));
    assertEquals(Transition.RESOLVED, Transition.between(unknown, PROTECTED));
    assertEquals(Transition.CHANGED, Transition.between(BLOCKED, BLOCKED));
    assertEquals(Transition.CHANGED, Transition.between(PROTECTED, unknown));
  }

  private static Status withExtensions(SystemExtension... rows) {
    return status(
        HEALTHY,
        Records.with(ACTIVE, "kind", ExtensionKind.SYSTEM, "systemExtensions", List.of(rows)));
  }
}
