package org.kextwatch.demo.receiver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One delivery. Where {@code verified} is false anybody may have written it.
 *
 * @param id as the header {@code webhook-id} has it, empty if there is none
 * @param type {@code null} if the body is no event
 * @param streamid {@code null} for an event outside any stream
 * @param sequence its number in the stream, {@code null} likewise
 * @param subject the Mac's serial number, {@code null} if not told
 * @param text one sentence for people, {@code null} if not told
 * @param verified whether the signature holds
 * @param duplicate whether this event was here already
 * @param gap how many events of its stream are missing right before it
 * @param attempt as the sender counts, 0 if not told
 * @param body as it came, bad UTF-8 replaced
 */
public record Received(
    String id,
    @Nullable String type,
    @Nullable String streamid,
    @Nullable Long sequence,
    @Nullable String subject,
    @Nullable String text,
    boolean verified,
    boolean duplicate,
    long gap,
    int attempt,
    Instant receivedAt,
    String body) {}
