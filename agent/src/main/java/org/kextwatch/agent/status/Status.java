package org.kextwatch.agent.status;

import java.time.Instant;

/**
 * The status document: what is known of this Mac, what it means, and what to do.
 *
 * @param schema its version; within one, members are only added
 * @param settling the Mac or Defender has just started: a fall of health is not told yet
 * @param summary one sentence for people
 * @param advice what to do; empty if there is nothing to do
 */
public record Status(
    int schema,
    Instant observedAt,
    Verdict verdict,
    Reason reason,
    boolean settling,
    String summary,
    String advice,
    Device device,
    AgentState agent,
    Health health,
    Extension extension) {

  public static final int SCHEMA = 1;
}
