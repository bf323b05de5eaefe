package org.kextwatch.agent.status;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of the agent itself, as the status document shows it.
 *
 * @param startedAt when the daemon (or the single check) started
 * @param lastDeliveryError why the last delivery failed, {@code null} if it succeeded; it never has
 *     a secret, and of an address only scheme and host
 * @param clockSkewSeconds how many seconds this Mac's clock is ahead of the endpoint's
 * @param healthIntervalSeconds the time between two looks, as it is in force
 * @param resources what it uses, {@code null} only in a document of an older agent
 * @param runtime the Java that runs it, {@code null} only in a document of an older agent
 */
public record AgentState(
    String version,
    Instant startedAt,
    long pendingEvents,
    long quarantinedEvents,
    long droppedEvents,
    @Nullable Instant lastDeliveryAt,
    @Nullable String lastDeliveryError,
    @Nullable Long clockSkewSeconds,
    List<String> warnings,
    long healthIntervalSeconds,
    @Nullable Resources resources,
    @Nullable JavaRuntime runtime) {

  public AgentState {
    warnings = List.copyOf(warnings);
  }

  /** An agent that has nothing to deliver and nothing to say. */
  public static AgentState quiet(String version, Instant startedAt, long healthIntervalSeconds) {
    return new AgentState(
        version,
        startedAt,
        0,
        0,
        0,
        null,
        null,
        null,
        List.of(),
        healthIntervalSeconds,
        Resources.UNKNOWN,
        JavaRuntime.UNKNOWN);
  }

  /** The same without its warnings. */
  public AgentState withoutWarnings() {
    return copy(List.of(), healthIntervalSeconds);
  }

  /** The same with more warnings. */
  public AgentState with(List<String> moreWarnings) {
    return with(moreWarnings, healthIntervalSeconds);
  }

  /** The same with more warnings, and the interval that follows from the verdict. */
  public AgentState with(List<String> moreWarnings, long newHealthIntervalSeconds) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(moreWarnings);
    return copy(all, newHealthIntervalSeconds);
  }

  private AgentState copy(List<String> newWarnings, long newHealthIntervalSeconds) {
    return new AgentState(
        version,
        startedAt,
        pendingEvents,
        quarantinedEvents,
        droppedEvents,
        lastDeliveryAt,
        lastDeliveryError,
        clockSkewSeconds,
        newWarnings,
        newHealthIntervalSeconds,
        resources,
        runtime);
  }
}
