package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Verdict;

/**
 * Whether it is right over a life: ordinary Macs with the real cycle, in virtual time, raise no
 * false alarm; of what is really wrong each is told once, in time, with its reason. {@link LifeIT}
 * is the long form.
 */
class LifeTest {
  private static final int WEEKS_OF_A_MAC = 10;
  private static final Duration WEEK = Duration.ofDays(7);

  /** The sample has every fourth fault. */
  private static final int SAMPLE = 4;

  /** For so long a fault stays, and is watched afterwards. */
  private static final Duration HOURS = Duration.ofHours(5);

  @TempDir(factory = Memory.class)
  private Path folder;

  /** How many ordinary Macs live for ten weeks each. */
  int macs() {
    return 1;
  }

  /** How many Macs have one of the faults. */
  int faultyMacs() {
    return RealFault.all().size() / SAMPLE;
  }

  @Test
  void anOrdinaryMacRaisesNoFalseAlarm() {
    allGoWell(IntStream.range(0, macs()).mapToObj(seed -> () -> liveWell(seed)));
  }

  /** Each by itself, so that one that goes wrong hides no other. */
  private static void allGoWell(Stream<Runnable> lives) {
    Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();
    lives
        .parallel()
        .forEach(
            life -> {
              try {
                life.run();
              } catch (AssertionError e) {
                failures.add(e);
              }
            });
    assertEquals(
        0,
        failures.size(),
        () ->
            failures.stream()
                .map(Throwable::getMessage)
                .collect(Collectors.joining("\n\n", "lives that went wrong:\n", "\n")));
  }

  private void liveWell(int seed) {
    OrdinaryLife life = new OrdinaryLife(seed, seed % 5 == 4, folder("mac" + seed));
    try {
      life.live(WEEK.multipliedBy(WEEKS_OF_A_MAC));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Mac " + seed + ": " + e + "\n" + life.story(), e);
    }
  }

  @Test
  void whatIsReallyWrongIsToldOnceInTimeWithItsReason() {
    List<RealFault> faults = RealFault.all();
    allGoWell(
        IntStream.range(0, faultyMacs())
            .map(i -> faultyMacs() < faults.size() ? i * SAMPLE : i)
            .mapToObj(i -> () -> liveWith(faults.get(i % faults.size()), i)));
  }

  @Test
  void everyReasonIsAmongThem() {
    Set<Reason> reasons = EnumSet.of(Reason.NONE);
    RealFault.all().forEach(fault -> reasons.add(fault.reason()));
    assertEquals(EnumSet.allOf(Reason.class), reasons);
    assertTrue(RealFault.all().size() >= 40, RealFault.all().size() + " faults");
  }

  private void liveWith(RealFault fault, int seed) {
    OrdinaryLife life = new OrdinaryLife(seed, fault.onKernel(), folder("fault" + seed));
    try {
      life.live(Duration.ofHours(3).plusSeconds(seed * 37L % 3_600));
      settle(life);

      life.write("it goes wrong");
      life.isWell = false;
      life.told.clear();
      life.calm(fault.promise().told.plusMinutes(3));
      fault.begin().accept(life.mac);
      awake(life, fault.promise().told);
      isTold(fault, life);
      life.live(HOURS);

      settle(life);
      life.write("it comes right");
      life.calm(fault.promise().resolved.plusMinutes(3));
      fault.end().accept(life.mac);
      awake(life, fault.promise().resolved);
      life.isWell = true;
      life.live(HOURS);
      isResolved(life);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(fault + ", seed " + seed + ": " + e + "\n" + life.story(), e);
    }
  }

  /** Until nothing that passes is under way. */
  private static void settle(OrdinaryLife life) {
    while (life.isBusy()) {
      life.live(Duration.ofMinutes(1));
    }
  }

  /** Lives so long without counting what it sleeps. */
  private static void awake(OrdinaryLife life, Duration time) {
    long end = life.mac.nanos + time.toNanos();
    while (life.mac.nanos < end) {
      life.live(Duration.ofNanos(end - life.mac.nanos));
    }
  }

  private static void isTold(RealFault fault, OrdinaryLife life) {
    assertTrue(!life.told.isEmpty(), "not told");
    ChangedData last = life.told.get(life.told.size() - 1);
    assertEquals(fault.reason(), last.status().reason(), "the reason that is told in time");
    if (!fault.isOfLoader()) {
      life.told.stream()
          .filter(told -> told.transition() == Transition.NEW)
          .forEach(told -> assertEquals(fault.reason(), told.status().reason()));
    }
  }

  private static void isResolved(OrdinaryLife life) {
    List<Transition> turns =
        life.told.stream()
            .map(told -> told.transition())
            .filter(turn -> turn != Transition.CHANGED)
            .toList();
    boolean isRisk =
        life.told.get(0).status().verdict() == Verdict.AT_RISK || turns.contains(Transition.NEW);
    assertEquals(
        isRisk ? List.of(Transition.NEW, Transition.RESOLVED) : List.of(Transition.RESOLVED),
        turns);
  }

  private Path folder(String name) {
    try {
      return Files.createDirectory(folder.resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
