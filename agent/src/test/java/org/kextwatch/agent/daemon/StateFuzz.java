package org.kextwatch.agent.daemon;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.MemoryFolder;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** What the agent itself has kept: a daemon that cannot start from it would never start again. */
public final class StateFuzz {
  private static final Moment NOW = new Moment(StatusSamples.NOON, 1_000_000_000_000L);
  private static final Settings SETTINGS = Settings.defaults();
  private static final AgentState AGENT =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE).agent();

  private StateFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        new FuzzTarget("state.json", states(), StateFuzz::state),
        new FuzzTarget("spooled event", events(), StateFuzz::event),
        FuzzTarget.ofText("stop cause", List.of("upgrade\n", "uninstall"), StateFuzz::cause),
        FuzzTarget.ofText("lock", List.of("4711 1764180000000\n", "1 0"), StateFuzz::lock));
  }

  private static List<byte[]> states() {
    State state = State.fresh("5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11");
    List<byte[]> states = new ArrayList<>(List.of(Json.write(state)));
    for (byte[] event : events()) {
      state = next(adopted(state, event));
      states.add(Json.write(state));
    }
    return states;
  }

  private static List<byte[]> events() {
    Status status = EventSamples.STATUS;
    Change change = new Change("extension.lastAttempt.outcome", null, "policy_blocked");
    return Stream.of(
            new EventData.StartedData(status),
            new EventData.StoppingData(status, EventData.Cause.UPGRADE),
            new EventData.ChangedData(status, List.of(change), Transition.NEW),
            new EventData.LoadAttemptedData(status, EventSamples.ATTEMPT, Trigger.APPROVED),
            new EventData.DroppedData(3, 5, 3, EventData.DropReason.EVICTED))
        .map(data -> EventSamples.event(data, 7).body().toByteArray())
        .toList();
  }

  private static State adopted(State state, byte[] event) {
    try {
      return state.withReported(SpooledEvent.read(event).data());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void state(byte[] document) throws IOException {
    StateFile.Loaded loaded = new StateFile(file(document), new Disk()).load("uuid");
    isKept(loaded.state());
    State next = next(loaded.state());
    isKept(next);
    next(next);
  }

  private static void event(byte[] body) throws IOException {
    EventData data;
    try {
      data = SpooledEvent.read(body).data();
    } catch (IOException e) {
      return;
    }
    State state = State.fresh("uuid").withReported(data);
    isKept(state);
    isKept(next(state));
  }

  private static void isKept(State state) throws IOException {
    byte[] written = Json.write(state);
    byte[] again = Json.write(Json.read(State.class, written));
    check(Arrays.equals(again, written), "read back it is another");
  }

  /** After a look that finds a kext that nobody has approved, and one that is loaded. */
  private static State next(State before) {
    return look(
        look(before, StatusSamples.seen(NOW.wall(), StatusSamples.HEALTHY, StatusSamples.AWAITING)),
        StatusSamples.seen(NOW.wall(), StatusSamples.HEALTHY, StatusSamples.ACTIVE));
  }

  private static State look(State before, Observation seen) {
    LoadHistory loads =
        before
            .loads()
            .seen(NOW.wall(), "boot", "1", seen.extension().grant())
            .allowing(false)
            .listing(NOW.wall(), seen.extension().loaded());
    Assessment look = new Assessor().assess(seen, loads, before, SETTINGS, AGENT, NOW);
    State after = before.after(look, loads, SETTINGS).later(Duration.ofHours(1));
    after.lookAgainAt(NOW.wall(), Duration.ofMinutes(1));
    Decision decision = Remedy.decide(seen.extension(), loads, SETTINGS, false, false, NOW.wall());
    check(
        decision instanceof Decision.Nothing || Grant.isGiven(seen.extension().grant()),
        "kextutil without a grant");
    Remedy.decide(seen.extension(), loads, SETTINGS, true, false, NOW.wall());
    State loading = after.with(loads.beginning(NOW.wall(), Trigger.PROMPT_RENEWAL));
    return after.news(look).map(loading::withReported).orElse(loading);
  }

  private static void cause(String word) {
    Path file = Folder.PATH.resolve("stop-cause");
    MemoryFolder.write(file, word.getBytes(StandardCharsets.UTF_8));
    EventData.Cause cause = new StopCause(file, new Disk()).take();
    check(
        cause == EventData.Cause.SIGNAL || EnumWord.of(cause).equals(word.strip()),
        "a cause out of nothing");
    check(Files.notExists(file), "it counts for the next stop too");
  }

  private static void lock(String text) {
    LockHolder.parse(text).ifPresent(LockHolder::process);
  }

  private static Path file(byte[] document) {
    return MemoryFolder.write(Folder.PATH.resolve("state.json"), document);
  }

  /** Made when it is needed first. */
  private static final class Folder {
    static final Path PATH = MemoryFolder.make();
  }
}
