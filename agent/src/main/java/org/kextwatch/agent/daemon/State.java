package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.report.EventData;
import org.kextwatch.agent.report.EventData.ChangedData;
import org.kextwatch.agent.report.EventData.DroppedData;
import org.kextwatch.agent.report.EventData.LoadAttemptedData;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Ration;
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
 * @param lostSight what was known and is not seen just now
 * @param ration how often small changes were told lately
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
    @Nullable Unkept unkept,
    @Nullable LostSight lostSight,
    @Nullable Ration ration) {

  static final int SCHEMA = 1;

  /** What an older version has not written is as at the beginning. */
  State {
    lostSight = Objects.requireNonNullElse(lostSight, LostSight.NONE);
    ration = Objects.requireNonNullElse(ration, Ration.UNUSED);
  }

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
        null,
        LostSight.NONE,
        Ration.UNUSED);
  }

  State on(@Nullable String uuid) {
    return new State(schema, streamId, uuid, pseudonym, sequence, told, loads, steadiness, losses, unkept, lostSight, ration);
  }

  State counting(long number) {
    return new State(schema, streamId, hardwareUuid, pseudonym, number, told, loads, steadiness, losses, unkept, lostSight, ration);
  }

  State telling(Status status) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, status, loads, steadiness, losses, unkept, lostSight, ration);
  }

  /**
   * After a look.
   *
   * @param look what it means
   * @param seen what was tried to load the kext, as it counts after this look
   */
  State after(Assessment look, LoadHistory seen, Settings.Pace pace) {
    boolean newBoot = !Objects.equals(loads.bootId(), seen.bootId());
    Steadiness calm =
        steadiness.after(
            told, look.status(), look.compared(), newBoot, pace.confirm(), pace.settle());
    return with(seen).with(calm).with(look.lost());
  }

  /**
   * What of a look is to be told: nothing while a fall is held or small changes come too often, and
   * a good beginning is no news.
   */
  Optional<ChangedData> news(Assessment look) {
    List<Change> changes = Changes.between(told, look.compared());
    boolean waits =
        steadiness.holds(told, look.compared())
            || (Changes.areOfHealthAlone(changes) && !ration().allows(look.status().observedAt()));
    return changes.isEmpty() || waits || isGoodBeginning(look.status())
        ? Optional.empty()
        : Optional.of(
            new ChangedData(look.status(), changes, Transition.between(told, look.compared())));
  }

  /** Whether a status is known from now on, though it is no news. */
  boolean isGoodBeginning(Status status) {
    return told == null && !steadiness.held() && status.verdict() != Verdict.AT_RISK;
  }

  /** When Defender is to be looked at once more, {@code null} if nothing waits for that. */
  @Nullable Instant lookAgainAt(Instant now, Duration confirm) {
    return Stream.of(steadiness.lookAgainAt(confirm), lostSight().lookAgainAt(now, confirm))
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElse(null);
  }

  /**
   * What it means for the state that this is told: the same whether it was just committed, or is
   * found newer than the state after a crash.
   */
  State telling(EventData data) {
    if (data instanceof ChangedData changed) {
      Status now = changed.status();
      State telling = telling(Changes.told(told, now, changed.changes()));
      return Changes.areOfHealthAlone(changed.changes())
          ? telling.with(ration().using(now.observedAt()))
          : telling;
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
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, steadiness, losses, late, lostSight, ration);
  }

  State with(Losses newLosses) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, steadiness, newLosses, unkept, lostSight, ration);
  }

  State with(LoadHistory history) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, history, steadiness, losses, unkept, lostSight, ration);
  }

  State with(Steadiness calm) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, calm, losses, unkept, lostSight, ration);
  }

  State with(LostSight lost) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, steadiness, losses, unkept, lost, ration);
  }

  private State with(Ration used) {
    return new State(schema, streamId, hardwareUuid, pseudonym, sequence, told, loads, steadiness, losses, unkept, lostSight, used);
  }

  @Override
  public LostSight lostSight() {
    return Objects.requireNonNullElse(lostSight, LostSight.NONE);
  }

  @Override
  public Ration ration() {
    return Objects.requireNonNullElse(ration, Ration.UNUSED);
  }
}
