package org.kextwatch.agent.status;

import java.util.List;

/**
 * The result of {@link Judge}: what one observation means.
 *
 * @param summary one sentence for people
 * @param advice what to do; empty if there is nothing to do
 * @param warnings for people; they do not change the verdict
 */
public record Judgement(
    Verdict verdict, Reason reason, String summary, String advice, List<String> warnings) {}
