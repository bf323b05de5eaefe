package org.kextwatch.agent.status;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent says of itself.
 *
 * @param startedAt when the daemon (or the single check) started
 * @param lastDeliveryError of the last delivery, {@code null} after a good one; never a secret, of
 *     an address only scheme and host
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's
 * @param healthIntervalSeconds between two looks, as it is in force
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
    long healthIntervalSeconds) {

  public AgentState {
    warnings = List.copyOf(warnings);
  }

  /** The same with nothing to warn of. */
  public AgentState withoutWarnings() {
    return saying(List.of(), healthIntervalSeconds);
  }

  /** The same with more to say. */
  public AgentState with(List<String> moreWarnings) {
    return with(moreWarnings, healthIntervalSeconds);
  }

  /** The same with more to say, and the pace that the judgement brought. */
  public AgentState with(List<String> moreWarnings, long newHealthIntervalSeconds) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(moreWarnings);
    return saying(all, newHealthIntervalSeconds);
  }

  private AgentState saying(List<String> newWarnings, long newHealthIntervalSeconds) {
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
        newHealthIntervalSeconds);
  }
}
