package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Trigger;

/** The pure parts of the agent, in the order of the cycle, and what must always be true of them. */
final class ModelAgent {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MAX_LOOKS_A_MINUTE = 24;
  private static final int RENEWALS = 48;

  final List<ChangedData> told = new ArrayList<>();
  Status status;

  private final ModelMac mac;
  private final Settings settings;
  private final Device device =
      new Device("C02", "uuid", null, null, null, null, null, Device.Mdm.UNKNOWN, Map.of());
  private final Map<String, Object> known = new HashMap<>();
  private final List<Duration> renewals = new ArrayList<>();
  private final List<Duration> looks = new ArrayList<>();
  private final Map<String, Integer> loads = new HashMap<>();

  State state = State.fresh("uuid");
  Schedule schedule;
  Grant lastReadable = Grant.NONE;
  private boolean refusedSince;
  Runnable meanwhile = () -> {};
  boolean dies;
  boolean loaderRan;

  private Assessor assessor = new Assessor();
  private Instant shownSince;
  private Health lastHealth;
  private Moment lastTick;

  ModelAgent(ModelMac mac, Settings settings) {
    this.mac = mac;
    this.settings = settings;
    start();
  }

  /** A new process: it knows what was saved. */
  void start() {
    try {
      State kept = Json.read(State.class, Json.write(state));
      assertEquals(state, kept, "what was saved is what is read back");
      state = kept;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assessor = new Assessor();
    lastHealth = null;
    lastTick = mac.now();
    schedule = Schedule.atOnce(lastTick);
  }

  /** What the daemon does at each tick; the files of the database tell it that they changed. */
  void tick(boolean databaseChanged) {
    Moment now = mac.now();
    schedule = schedule.awake(lastTick, now);
    lastTick = now;
    if (databaseChanged) {
      schedule = schedule.approvalAt(now);
    }
    Scope due = schedule.due(now);
    if (due != null) {
      cycle(due, now);
    }
  }

  private void cycle(Scope look, Moment now) {
    Duration minute = mac.lived.minus(MINUTE);
    looks.removeIf(at -> at.compareTo(minute) < 0);
    looks.add(mac.lived);
    assertTrue(looks.size() <= MAX_LOOKS_A_MINUTE, "a burst of looks");
    if (lastHealth == null || look == Scope.FULL) {
      lastHealth = mac.health();
    }
    ExtensionReader.ExtensionSnapshot seen =
        mac.sight().read(state.loads(), now.wall(), lastHealth.realTimeProtectionSubsystem());
    if (mac.databaseReadable) {
      lastReadable = mac.grant();
      refusedSince = false;
    }
    watchTheLoaded(now.wall());
    Observation observation =
        new Observation(
            now.wall(),
            StatusSamples.TODAY,
            device,
            lastHealth,
            seen.extension(),
            seen.policies(),
            false);
    AgentState self = new AgentState("1", now.wall(), 0, 0, 0, null, null, null, List.of(), 0);
    Assessment judged = assessor.assess(observation, seen.history(), state, settings, self, now);
    state = state.after(judged, seen.history(), settings.pace());
    judged = state.steadiness().isSettling() ? judged.whileSettling() : judged;
    status = judged.status();
    tell(judged);
    Decision decision =
        Remedy.decide(
            seen.extension(),
            seen.history(),
            settings.loading(),
            mac.console,
            mac.macOs.isBigSurOrLater(),
            now.wall());
    Attempt attempt = null;
    loaderRan = decision instanceof Decision.Load;
    if (decision instanceof Decision.Load load) {
      attempt = load(load.trigger(), now);
      if (dies) {
        dies = false;
        start();
        return;
      }
      keep(attempt, load.trigger());
    }
    schedule =
        schedule.after(
            look,
            mac.now(),
            new Cycle.Result(
                judged,
                attempt == null ? null : attempt.outcome(),
                state.lookAgainAt(now.wall(), settings.pace().confirm()),
                decision instanceof Decision.Nothing nothing ? nothing.lookAgainAt() : null));
  }

  /** A kext that was listed for ten minutes was loaded well: its loads count no more. */
  private void watchTheLoaded(Instant wall) {
    if (mac.listed().isLoaded()) {
      shownSince = shownSince == null || shownSince.isAfter(wall) ? wall : shownSince;
      if (!shownSince.plus(Duration.ofMinutes(10)).isAfter(wall)) {
        loads.clear();
      }
    } else if (mac.listReadable) {
      shownSince = null;
    }
  }

  private void tell(Assessment judged) {
    if (state.isGoodBeginning(status)) {
      state = state.withReported(status);
      Changes.between(null, status).forEach(change -> known.put(change.field(), change.to()));
    }
    state
        .news(judged)
        .ifPresent(
            news -> {
              news.changes().forEach(this::follows);
              isNoFalseRevocation(news);
              if (news.status().extension().kind() == ExtensionKind.SYSTEM) {
                known.remove("extension.loaded"); // not compared from here on
                known.remove("extension.lastAttempt.outcome");
              }
              told.add(news);
              state = state.withReported(news);
            });
  }

  private void follows(Change change) {
    assertEquals(known.get(change.field()), change.from(), change.field());
    assertFalse(Objects.equals(change.from(), change.to()), change.field());
    known.put(change.field(), change.to());
  }

  /** Lost sight is not revocation: that nobody has approved is only said where it was seen. */
  private void isNoFalseRevocation(ChangedData news) {
    boolean saysSo =
        switch (news.status().extension().state()) {
          case NEVER_REQUESTED, AWAITING_APPROVAL ->
              news.status().extension().kind() == ExtensionKind.KERNEL;
          default -> false;
        };
    boolean saysGrantIsGone = // a system extension never had the kext's
        news.status().extension().kind() == ExtensionKind.KERNEL
            && switch (news.status().extension().grant()) {
              case NONE, LISTED_NOT_ALLOWED -> true;
              default -> false;
            };
    if (saysSo) {
      assertTrue(!lastReadable.isGiven() || refusedSince, "the database had said " + lastReadable);
    }
    if (saysGrantIsGone) {
      assertTrue(mac.databaseReadable && !mac.isGranted(), "a grant that is not gone");
    }
  }

  private Attempt load(Trigger trigger, Moment now) {
    assertFalse(mac.usesSystemExtensions(), "kextutil on a Mac with system extensions");
    if (trigger == Trigger.APPROVED) {
      assertTrue(lastReadable.isGiven(), "a load without a grant");
    } else {
      boolean useful = !mac.shut || !mac.databaseReadable; // then the attempt is the only eye
      assertTrue(mac.console && useful && settings.loading().renewPrompt(), "a useless prompt");
    }
    state = state.with(state.loads().beginning(now.wall(), trigger));
    if (mac.listed().isLoaded()) {
      return new Attempt(now.wall(), Outcome.LOADED, null, "");
    }
    count(trigger);
    return mac.kextutil(now.wall(), meanwhile);
  }

  private void keep(Attempt attempt, Trigger trigger) {
    Attempt before = state.loads().last();
    refusedSince |=
        trigger == Trigger.PROMPT_RENEWAL && attempt.outcome() == Outcome.POLICY_BLOCKED;
    if (attempt.isNews(trigger, before)) {
      state = state.withReported(new LoadAttemptedData(status, attempt, trigger));
    }
    state = state.with(state.loads().ended(attempt));
  }

  private void count(Trigger trigger) {
    if (trigger == Trigger.PROMPT_RENEWAL) {
      renewals.add(mac.lived);
      long today = renewals.stream().filter(at -> at.compareTo(mac.lived.minus(DAY)) > 0).count();
      assertTrue(today <= RENEWALS, today + " renewals in a day");
    } else {
      String key = mac.grants + "/" + state.loads().bootId() + "/" + mac.kext;
      int now = loads.merge(key, 1, Integer::sum);
      assertTrue(now <= settings.loading().maxAttempts(), now + " loads for one grant");
    }
  }

  /** Whether a renewal has kept the Allow button alive lately. */
  boolean hasRenewedWithin(Duration time) {
    return renewals.stream().anyMatch(at -> at.compareTo(mac.lived.minus(time)) > 0);
  }

  boolean hasRenewedAllDay() {
    return state.loads().prompts().size() >= RENEWALS;
  }
}
