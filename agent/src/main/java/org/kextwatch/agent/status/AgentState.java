package org.kextwatch.agent.status;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent says of itself.
 *
 * @param startedAt when the daemon (or the single check) started
 * @param lastDeliveryError of the last delivery, {@code null} after a good one; never a secret, of
 *     an address only scheme and host
 * @param clockSkewSeconds how far this Mac's clock is ahead of the endpoint's
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
    List<String> warnings) {

  public AgentState {
    warnings = List.copyOf(warnings);
  }
}
