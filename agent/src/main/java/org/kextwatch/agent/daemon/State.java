package org.kextwatch.agent.daemon;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.report.EventData;
import org.kextwatch.agent.report.EventData.ChangedData;
import org.kextwatch.agent.report.EventData.DroppedData;
import org.kextwatch.agent.report.EventData.LoadAttemptedData;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Steadiness;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.Verdict;

/**
 * What the agent must still know after a crash.
 *
 * @param streamId names the sequence of events; random, new when this state could not be kept
 * @param hardwareUuid of the Mac that it belongs to, {@code null} if not known
 * @param pseudonym stands for this Mac's names where the settings ask for it
 * @param sequence the number of the last event that counts
 * @param told the status that changes are compared with, {@code null} before the first
 * @param steadiness whether a fall is being held
 * @param losses what of the stream was given up
 * @param unkept a run of the loader that the disk did not take the event of, {@code null} for none
 */
record State(
    int schema,
    String streamId,
    @Nullable String hardwareUuid,
    String pseudonym,
    long sequence,
    @Nullable Status told,
    LoadHistory loads,
    Steadiness steadiness,
    Losses losses,
    @Nullable Unkept unkept) {

  static final int SCHEMA = 1;

  /** A run of the loader that is still to be told; what it means for the loads is known. */
  record Unkept(Attempt attempt, Trigger trigger) {}

  static State fresh(@Nullable String hardwareUuid) {
    return new State(
        SCHEMA,
        UUID.randomUUID().toString().substring(0, 8),
        hardwareUuid,
        UUID.randomUUID().toString(),
        0,
        null,
        LoadHistory.NONE,
        Steadiness.NOTHING_SEEN,
        Losses.NONE,
        null);
  }

  State on(@Nullable String uuid) {
    return new State(
        schema, streamId, uuid, pseudonym, sequence, told, loads, steadiness, losses, unkept);
  }

  State counting(long number) {
    return new State(
        schema, streamId, hardwareUuid, pseudonym, number, told, loads, steadiness, losses, unkept);
  }

  State telling(Status status) {
    return new State(
        schema,
        streamId,
        hardwareUuid,
        pseudonym,
        sequence,
        status,
        loads,
        steadiness,
        losses,
        unkept);
  }

  /**
   * After a look.
   *
   * @param status what it means
   * @param seen what was tried to load the kext, as it counts after this look
   */
  State after(Status status, LoadHistory seen, Settings.Pace pace) {
    boolean newBoot = !Objects.equals(loads.bootId(), seen.bootId());
    return with(seen).with(steadiness.after(told, status, newBoot, pace.confirm(), pace.settle()));
  }

  /** What of a status is to be told: nothing while it is held, and a good beginning is no news. */
  Optional<ChangedData> news(Status status) {
    List<Change> changes = steadiness.held() ? List.of() : Changes.between(told, status);
    return changes.isEmpty() || isGoodBeginning(status)
        ? Optional.empty()
        : Optional.of(new ChangedData(status, changes, Transition.between(told, status)));
  }

  /** Whether a status is known from now on, though it is no news. */
  boolean isGoodBeginning(Status status) {
    return told == null && !steadiness.held() && status.verdict() != Verdict.AT_RISK;
  }

  /**
   * What it means for the state that this is told: the same whether it was just committed, or is
   * found newer than the state after a crash.
   */
  State telling(EventData data) {
    if (data instanceof ChangedData changed) {
      return telling(changed.status());
    }
    if (data instanceof DroppedData dropped) {
      return with(losses.told(dropped));
    }
    return data instanceof LoadAttemptedData loaded ? telling(loaded.attempt()) : this;
  }

  /** One that is told late means nothing more: a grant or a boot may have made it void since. */
  private State telling(Attempt attempt) {
    return unkept != null && unkept.attempt().equals(attempt)
        ? with((Unkept) null)
        : with(loads.ended(attempt));
  }

  State with(@Nullable Unkept late) {
    return new State(
        schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, steadiness, losses, late);
  }

  State with(Losses newLosses) {
    return new State(
        schema,
        streamId,
        hardwareUuid,
        pseudonym,
        sequence,
        told,
        loads,
        steadiness,
        newLosses,
        unkept);
  }

  State with(LoadHistory history) {
    return new State(
        schema,
        streamId,
        hardwareUuid,
        pseudonym,
        sequence,
        told,
        history,
        steadiness,
        losses,
        unkept);
  }

  State with(Steadiness calm) {
    return new State(
        schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, calm, losses, unkept);
  }
}
