package org.kextwatch.agent.status;

import java.util.List;

/**
 * What an observation means.
 *
 * @param summary one sentence for people
 * @param advice what to do; empty if there is nothing to do
 * @param warnings what is odd about it all the same
 */
public record Judgement(
    Verdict verdict, Reason reason, String summary, String advice, List<String> warnings) {}
