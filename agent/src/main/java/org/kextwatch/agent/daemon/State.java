package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.ChangeRateLimit;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.Verdict;
import org.kextwatch.agent.status.VerdictSince;

/**
 * What the agent keeps over a restart or a crash.
 *
 * @param streamId names the sequence of events; random, new when this state could not be kept
 * @param hardwareUuid of the Mac that it belongs to, {@code null} if not known
 * @param pseudonym stands for this Mac's names where the settings ask for it
 * @param sequence the number of the last event that counts
 * @param told the last reported status, which changes are compared with, {@code null} before the
 *     first
 * @param steadiness whether a degradation is held
 * @param losses events of the stream that were dropped
 * @param unkept a run of the loader whose event could not be saved, {@code null} for none
 * @param lostSight fields that were known and are not seen now
 * @param ration when changes were reported lately
 * @param judged what was judged at the last look and since when, {@code null} before the first
 * @param hardware which machine it is, as far as it was ever known, without its boot
 */
record State(
    int schema,
    String streamId,
    @Nullable String hardwareUuid,
    String pseudonym,
    long sequence,
    @Nullable Status told,
    LoadHistory loads,
    Debounce steadiness,
    DroppedRanges losses,
    @Nullable UnsavedAttempt unkept,
    @Nullable LostSight lostSight,
    @Nullable ChangeRateLimit ration,
    @Nullable VerdictSince judged,
    @Nullable Hardware hardware) {

  static final int SCHEMA = 1;

  /** Members that an older version did not write have their first value. */
  State {
    lostSight = Objects.requireNonNullElse(lostSight, LostSight.NONE);
    ration = Objects.requireNonNullElse(ration, ChangeRateLimit.UNUSED);
  }

  /** A run of the loader that is not reported yet; the loads count it already. */
  record UnsavedAttempt(Attempt attempt, Trigger trigger) {}

  static State fresh(@Nullable String hardwareUuid) {
    return new State(
        SCHEMA,
        UUID.randomUUID().toString().substring(0, 8),
        hardwareUuid,
        UUID.randomUUID().toString(),
        0,
        null,
        LoadHistory.NONE,
        Debounce.NOTHING_SEEN,
        DroppedRanges.NONE,
        null,
        LostSight.NONE,
        ChangeRateLimit.UNUSED,
        null,
        null);
  }

  State withHardware(@Nullable String uuid) {
    return but(draft -> draft.hardwareUuid = uuid);
  }

  /** The same, and what is known of the machine by now. */
  State withHardware(Hardware machine) {
    Hardware known = machine.or(hardware).withoutBoot();
    return but(
        draft -> {
          draft.hardware = known;
          draft.hardwareUuid = machine.uuid() == null ? hardwareUuid : machine.uuid();
        });
  }

  State withSequence(long number) {
    return but(draft -> draft.sequence = number);
  }

  State withReported(Status status) {
    return but(draft -> draft.told = status);
  }

  /** The same after a sleep of the Mac, which does not count for what waits for a second look. */
  State later(Duration unlived) {
    return unlived.isZero()
        ? this
        : with(steadiness.later(unlived)).with(lostSight().later(unlived));
  }

  /**
   * After a look.
   *
   * @param look what it means
   * @param seen what was tried to load the kext, as it counts after this look
   */
  State after(Assessment look, LoadHistory seen, Settings settings) {
    boolean newBoot = !Objects.equals(loads.bootId(), seen.bootId());
    Debounce calm =
        steadiness.after(
            told,
            look.status(),
            look.compared(),
            newBoot,
            settings.get(Keys.CONFIRM),
            settings.get(Keys.SETTLE));
    return with(seen).with(calm).with(look.lost()).with(look.judged());
  }

  /**
   * The change to report after a look: none while a degradation is held or changes come too often.
   * What waits is part of the next change. A first look that finds no risk is not a change.
   */
  Optional<ChangedData> news(Assessment look) {
    List<Change> changes = Changes.between(told, look.compared());
    Transition transition = Transition.between(told, look.compared());
    boolean waits =
        steadiness.holds(told, look.compared())
            || ration()
                .holds(transition, Changes.areOfHealthAlone(changes), look.status().observedAt());
    return changes.isEmpty() || waits || isGoodBeginning(look.status())
        ? Optional.empty()
        : Optional.of(new ChangedData(look.status(), changes, transition));
  }

  /** Whether a status is kept as reported without an event. */
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
   * The state after an event was reported: the same whether it was just committed, or was found
   * newer than the state after a crash.
   */
  State withReported(EventData data) {
    if (data instanceof ChangedData changed) {
      Status now = changed.status();
      State telling = withReported(Changes.reported(told, now, changed.changes()));
      return telling.with(ration().using(changed.transition(), now.observedAt()));
    }
    if (data instanceof DroppedData dropped) {
      return with(losses.told(dropped));
    }
    return data instanceof LoadAttemptedData loaded ? withReported(loaded.attempt()) : this;
  }

  /** A late report changes the loads no more: a grant or a boot may have voided the attempt. */
  private State withReported(Attempt attempt) {
    return unkept != null && unkept.attempt().equals(attempt)
        ? with((UnsavedAttempt) null)
        : with(loads.ended(attempt));
  }

  State with(@Nullable UnsavedAttempt late) {
    return but(draft -> draft.unkept = late);
  }

  State with(DroppedRanges newLosses) {
    return but(draft -> draft.losses = newLosses);
  }

  State with(LoadHistory history) {
    return but(draft -> draft.loads = history);
  }

  State with(Debounce calm) {
    return but(draft -> draft.steadiness = calm);
  }

  State with(LostSight lost) {
    return but(draft -> draft.lostSight = lost);
  }

  private State with(VerdictSince last) {
    return but(draft -> draft.judged = last);
  }

  private State with(ChangeRateLimit used) {
    return but(draft -> draft.ration = used);
  }

  @Override
  public LostSight lostSight() {
    return Objects.requireNonNullElse(lostSight, LostSight.NONE);
  }

  @Override
  public ChangeRateLimit ration() {
    return Objects.requireNonNullElse(ration, ChangeRateLimit.UNUSED);
  }

  private State but(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.state();
  }

  /** A state of which a part is being replaced. */
  private static final class Draft {
    private final State like;
    private @Nullable String hardwareUuid;
    private long sequence;
    private @Nullable Status told;
    private LoadHistory loads;
    private Debounce steadiness;
    private DroppedRanges losses;
    private @Nullable UnsavedAttempt unkept;
    private LostSight lostSight;
    private ChangeRateLimit ration;
    private @Nullable VerdictSince judged;
    private @Nullable Hardware hardware;

    private Draft(State like) {
      this.like = like;
      this.hardwareUuid = like.hardwareUuid;
      this.sequence = like.sequence;
      this.told = like.told;
      this.loads = like.loads;
      this.steadiness = like.steadiness;
      this.losses = like.losses;
      this.unkept = like.unkept;
      this.lostSight = like.lostSight();
      this.ration = like.ration();
      this.judged = like.judged;
      this.hardware = like.hardware;
    }

    private State state() {
      return new State(
          like.schema,
          like.streamId,
          hardwareUuid,
          like.pseudonym,
          sequence,
          told,
          loads,
          steadiness,
          losses,
          unkept,
          lostSight,
          ration,
          judged,
          hardware);
    }
  }
}
