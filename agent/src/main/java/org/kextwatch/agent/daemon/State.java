package org.kextwatch.agent.daemon;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Steadiness;

/**
 * What the agent must still know after a crash.
 *
 * @param streamId names the sequence of events; random, new when this state could not be kept
 * @param hardwareUuid of the Mac that it belongs to, {@code null} if not known
 * @param pseudonym stands for this Mac's names where the settings ask for it
 * @param sequence the number of the last event that counts
 * @param told the status that changes are compared with, {@code null} before the first
 * @param steadiness whether a fall is being held
 */
record State(
    int schema,
    String streamId,
    @Nullable String hardwareUuid,
    String pseudonym,
    long sequence,
    @Nullable Status told,
    LoadHistory loads,
    Steadiness steadiness) {

  static final int SCHEMA = 1;

  static State fresh(@Nullable String hardwareUuid) {
    return new State(
        SCHEMA,
        UUID.randomUUID().toString().substring(0, 8),
        hardwareUuid,
        UUID.randomUUID().toString(),
        0,
        null,
        LoadHistory.NONE,
        Steadiness.NOTHING_SEEN);
  }

  State on(@Nullable String uuid) {
    return new State(schema, streamId, uuid, pseudonym, sequence, told, loads, steadiness);
  }

  State counting(long number) {
    return new State(schema, streamId, hardwareUuid, pseudonym, number, told, loads, steadiness);
  }

  State telling(Status status) {
    return new State(
        schema, streamId, hardwareUuid, pseudonym, sequence, status, loads, steadiness);
  }

  State with(LoadHistory history) {
    return new State(
        schema, streamId, hardwareUuid, pseudonym, sequence, told, history, steadiness);
  }

  State with(Steadiness calm) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, calm);
  }
}
