package org.kextwatch.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The status document: what is known of this Mac, what it means, and what to do.
 *
 * @param schema the version of its format; within one version, members are only added
 * @param verdictSince since when verdict and reason are what they are, never after {@code
 *     observedAt}; {@code null} only in a document of an older agent
 * @param settling whether the Mac or Defender has just started, so that a degradation of its health
 *     is not reported yet
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

  /** The same with {@code settling} true. */
  public Status whileSettling() {
    return of(true, agent);
  }

  /** The same with a newer state of the agent. */
  public Status with(AgentState newAgent) {
    return of(settling, newAgent);
  }

  /** The same with some key values of another status. */
  Status withValuesOf(Status other, Set<String> fields) {
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
        health.withValuesOf(other.health, fields),
        extension.withValuesOf(other.extension, fields));
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

  /** Whether it is older than three intervals and a minute, so that no daemon seems to run. */
  public boolean isStale(Instant now) {
    Duration patience = Duration.ofSeconds(agent.healthIntervalSeconds()).multipliedBy(3);
    return observedAt.plus(patience).plus(Duration.ofMinutes(1)).isBefore(now);
  }
}
