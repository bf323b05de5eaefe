package org.kextwatch.agent.remedy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Records;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.remedy.Decision.Load;
import org.kextwatch.agent.remedy.Decision.Nothing;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

/** Extensions and load histories, and the decisions about them. */
final class RemedySamples {
  static final Instant NOW = Instant.parse("2026-11-23T18:45:17Z");
  static final Duration INTERVAL = Duration.ofMinutes(25);
  static final Settings LOADING = loading("promptRenewalSeconds", INTERVAL);
  static final Settings NO_LOADS = loading("loadApprovedExtension", false);
  static final Settings NO_PROMPTS = loading("renewPrompt", false);
  static final Decision NOTHING = new Nothing(null);
  static final Decision LOAD = new Load(Trigger.APPROVED);

  private RemedySamples() {}

  static Settings loading(String setting, Object value) {
    return GivenSettings.with(Map.of(setting, value));
  }

  static Decision decide(Extension extension, LoadHistory history, Settings loading) {
    return decide(extension, history, loading, NOW);
  }

  static Decision decide(Extension extension, LoadHistory history, Settings loading, Instant now) {
    return Remedy.decide(extension, history, loading, true, false, now);
  }

  static Decision decision(Trigger trigger) {
    return trigger == null ? NOTHING : new Load(trigger);
  }

  static LoadHistory granted() {
    return LoadHistory.NONE.seen(NOW, "boot", "1", Grant.USER);
  }

  static LoadHistory tried(int times, Instant last) {
    LoadHistory history = granted();
    for (int i = 0; i < times; i++) {
      history = history.beginning(last, Trigger.APPROVED);
    }
    return history;
  }

  static Extension conflict() {
    return extension(ExtensionKind.KERNEL, ExtensionState.CONFLICT, Grant.USER, true);
  }

  static Extension allowed(ExtensionState state, Grant grant, Boolean userMayApprove) {
    return Records.with(
        extension(ExtensionKind.KERNEL, state, grant, userMayApprove), "allowedByProfile", true);
  }

  static Extension extension(
      ExtensionKind kind, ExtensionState state, Grant grant, Boolean userMayApprove) {
    return extension(WatchedExtension.DEFENDER, kind, state, grant, userMayApprove);
  }

  static Extension extension(
      WatchedExtension watched,
      ExtensionKind kind,
      ExtensionState state,
      Grant grant,
      Boolean userMayApprove) {
    return new Extension(
        kind,
        state,
        watched.bundleId(),
        watched.teamId(),
        watched.path(),
        "1",
        false,
        null,
        grant,
        "",
        userMayApprove,
        false,
        null,
        List.of());
  }
}
