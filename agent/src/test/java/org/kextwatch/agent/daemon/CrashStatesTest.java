package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.daemon.DurableLife.Deed;
import org.kextwatch.agent.daemon.RecordingDisk.Flaw;
import org.kextwatch.agent.daemon.RecordingDisk.Promised;
import org.kextwatch.agent.daemon.RecordingDisk.Step;

/**
 * The power fails at every step of every history of two steps of an agent, and leaves every state
 * that it may: after each, another agent starts, and every promise is kept. {@link CrashStatesIT}
 * takes longer histories.
 */
class CrashStatesTest {
  @TempDir(factory = Memory.class)
  private Path folder;

  private final List<String> breaches = new ArrayList<>();
  private int states;

  @Test
  void noPowerCutBreaksAPromise() throws IOException {
    assertEquals(List.of(), breaches(2, 2, 1));
    assertTrue(states() > 500, "states: " + states());
  }

  /** Lives all histories of at most so many steps and returns the promises that were broken. */
  List<String> breaches(int steps, int before, int cuts) throws IOException {
    for (List<Deed> history : histories(steps)) {
      crash(history, before, cuts);
    }
    return breaches;
  }

  int states() {
    return states;
  }

  @ParameterizedTest
  @EnumSource(Flaw.class)
  void aDiskThatIsNotForcedIsFoundOut(Flaw flaw) throws IOException {
    crash(List.of(Deed.COMMIT), 1, 1, flaw);
    assertTrue(breaches.stream().anyMatch(breach -> breach.contains("lost: ")), "" + states);
    assertTrue(breaches.stream().anyMatch(breach -> breach.contains("told again")), "" + states);
  }

  /** All of at most so many deeds. The shorter ones are the beginnings of the longer ones. */
  private static List<List<Deed>> histories(int deeds) {
    if (deeds == 0) {
      return List.of(List.of());
    }
    List<List<Deed>> shorter = histories(deeds - 1);
    List<List<Deed>> all = new ArrayList<>(shorter);
    for (List<Deed> history : shorter) {
      if (history.size() == deeds - 1) {
        for (Deed deed : Deed.values()) {
          all.add(Stream.concat(history.stream(), Stream.of(deed)).toList());
        }
      }
    }
    return all;
  }

  /**
   * Lives a history and looks at every state that a power cut in its last deed may leave.
   *
   * @param before how many events wait when it begins, all being safe; with none, it begins with
   *     the very first start
   * @param cuts how many power cuts, one after the other
   */
  private void crash(List<Deed> history, int before, int cuts, Flaw... flaws) throws IOException {
    RecordingDisk disk = new RecordingDisk(flaws);
    CrashStates.layOut(folder, Map.of());
    DurableLife life = new DurableLife(folder, disk, DurabilityModel.NONE);
    Moment now = new Moment(new CrashStates(Map.of()), DurabilityModel.NONE, history.toString());
    if (before > 0) {
      for (int i = 0; i < before; i++) {
        life.does(Deed.COMMIT);
      }
      disk.takeSteps();
      now = new Moment(new CrashStates(CrashStates.files(folder)), life.promise(), now.history);
    }
    for (Deed deed : history) {
      for (Step step : disk.takeSteps()) {
        now.take(step);
      }
      life.does(deed);
    }
    judge(now, disk.takeSteps(), cuts);
  }

  private void judge(Moment now, List<Step> steps, int cuts) throws IOException {
    for (Step step : steps) {
      for (Map<Path, ByteString> state : now.take(step)) {
        states++;
        for (String breach : takeOver(state, now, cuts - 1)) {
          breaches.add("%s, %s: %s".formatted(now.history, step, breach));
        }
      }
    }
  }

  /** Another agent starts and commits something, and after it yet another one. */
  private List<String> takeOver(Map<Path, ByteString> state, Moment then, int cuts)
      throws IOException {
    CrashStates.layOut(folder, state);
    RecordingDisk disk = new RecordingDisk();
    DurableLife next;
    try {
      next = new DurableLife(folder, disk, then.promise);
    } catch (IOException e) {
      return List.of(e.toString());
    }
    List<Step> start = disk.takeSteps();
    List<String> wrong = new ArrayList<>(next.breaches());
    if (wrong.isEmpty()) {
      next.does(Deed.COMMIT);
      next.does(Deed.RESTART);
      wrong.addAll(next.breaches());
    }
    if (cuts > 0) {
      Moment second = new Moment(new CrashStates(state), then.promise, then.history + " and again");
      judge(second, start, cuts);
    }
    return wrong;
  }

  /** A moment of a history: what the disk may hold, and what is promised. */
  private static final class Moment {
    private final CrashStates disk;
    private final String history;
    private final Set<Map<Path, ByteString>> seen = new HashSet<>();
    private DurabilityModel promise;

    private Moment(CrashStates disk, DurabilityModel promise, String history) {
      this.disk = disk;
      this.promise = promise;
      this.history = history;
    }

    /** One more step; the states that may be after it, and were not possible before. */
    List<Map<Path, ByteString>> take(Step step) {
      if (step instanceof Promised promised) {
        promise = promised.promise();
        seen.clear(); // a state that kept one promise may break another
      }
      disk.take(step);
      List<Map<Path, ByteString>> fresh = new ArrayList<>();
      disk.forEach(
          state -> {
            if (seen.add(state)) {
              fresh.add(state);
            }
          });
      return fresh;
    }
  }
}
