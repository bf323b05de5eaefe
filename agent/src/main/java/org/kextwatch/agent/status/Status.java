package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The status document: what is known of this Mac, what it means, and what to do.
 *
 * @param schema its version; within one, members are only added
 * @param verdictSince since when verdict and reason are what they are, never after {@code
 *     observedAt}; {@code null} only in a document of an older agent
 * @param settling the Mac or Defender has just started: a fall of health is not told yet
 * @param summary one sentence for people
 * @param advice what to do; empty if there is nothing to do
 */
public record Status(
    int schema,
    Instant observedAt,
    Verdict verdict,
    Reason reason,
    @Nullable Instant verdictSince,
    boolean settling,
    String summary,
    String advice,
    Device device,
    AgentState agent,
    Health health,
    Extension extension) {

  public static final int SCHEMA = 1;

  /** The same, of a Mac or a Defender that has just started. */
  public Status whileSettling() {
    return of(true, agent);
  }

  /** The same, with what the agent says of itself since. */
  public Status with(AgentState newAgent) {
    return of(settling, newAgent);
  }

  /** The same, but some key values as another status has them. */
  public Status keeping(Status other, Set<String> fields) {
    return new Status(
        schema,
        observedAt,
        fields.contains(KeyValues.VERDICT) ? other.verdict : verdict,
        fields.contains(KeyValues.REASON) ? other.reason : reason,
        verdictSince,
        settling,
        summary,
        advice,
        device,
        agent,
        health.keeping(other.health, fields),
        extension.keeping(other.extension, fields));
  }

  private Status of(boolean isSettling, AgentState newAgent) {
    return new Status(
        schema,
        observedAt,
        verdict,
        reason,
        verdictSince,
        isSettling,
        summary,
        advice,
        device,
        newAgent,
        health,
        extension);
  }

  /** Whether it is older than three looks and a minute: the daemon does not seem to run. */
  public boolean isStale(Instant now) {
    Duration patience = Duration.ofSeconds(agent.healthIntervalSeconds()).multipliedBy(3);
    return observedAt.plus(patience).plus(Duration.ofMinutes(1)).isBefore(now);
  }
}
