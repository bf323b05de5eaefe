package org.kextwatch.agent.event;

import java.time.Instant;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * An event with the body that is sent.
 *
 * @param id {@code evt_} and a ULID; the same on every attempt
 * @param streamId {@code null} for a test
 * @param sequence its number in the stream, {@code null} for a heartbeat or test
 * @param time when it happened
 * @param body the exact bytes that are spooled, signed and sent
 */
public record CloudEvent(
    String id,
    EventType type,
    @Nullable String streamId,
    @Nullable Long sequence,
    Instant time,
    ByteString body) {}
