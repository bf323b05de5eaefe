package org.kextwatch.agent.event;

import java.time.Instant;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, ready to be sent.
 *
 * @param id {@code evt_} and a ULID; the same on every attempt to deliver it
 * @param streamId {@code null} for a heartbeat or test
 * @param sequence its place in the stream, {@code null} for a heartbeat or test
 * @param time when it happened
 * @param body the bytes that are kept, signed and sent
 */
public record CloudEvent(
    String id,
    EventType type,
    @Nullable String streamId,
    @Nullable Long sequence,
    Instant time,
    ByteString body) {}
