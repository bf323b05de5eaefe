package org.kextwatch.agent.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.delivery.NextStep.SendEvent;
import org.kextwatch.agent.delivery.NextStep.Wait;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.RetryState.Update;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.mac.TestClock;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.SendResult;

/** A delivery without disk and network, in virtual time. */
final class VirtualDelivery implements WaitingEvents {
  private static final int TOO_MANY = 20_000;

  final List<Try> tries = new ArrayList<>();
  final TreeSet<SpoolEntry> waiting = new TreeSet<>();
  RetryState state;
  Duration time = Duration.ZERO;

  /** The hold that the endpoint asked for, as long as it was in force. */
  Duration held = Duration.ZERO;

  private final TestClock clock = new TestClock();
  private final Map<SpoolEntry, EventType> types = new TreeMap<>();
  private final TreeMap<Duration, List<SpoolEntry>> coming = new TreeMap<>();
  private final Receiver receiver;
  private final RandomGenerator random;

  /** What a receiver answers. */
  interface Receiver {
    SendResult answer(Asked asked);
  }

  /**
   * A request.
   *
   * @param number of the event, 0 for a heartbeat
   */
  record Asked(long number, EventType type, Duration at) {}

  /** An attempt and its result. */
  record Try(Asked asked, SendResult answer, Fate fate, NextStep step, Duration held) {
    boolean isTaken() {
      return answer.outcome() == DeliveryOutcome.DELIVERED;
    }

    boolean isHeartbeat() {
      return asked.number() == 0;
    }

    boolean isAgainst(long number) {
      return asked.number() == number
          && (answer.outcome() == DeliveryOutcome.SUSPECT
              || answer.outcome() == DeliveryOutcome.SERVER_ERROR);
    }

    /** Such as {@code 7-} for an event that was refused, {@code h+} for a heartbeat. */
    private String brief() {
      String mark = isTaken() ? "+" : fate == Fate.REJECTED ? "!" : "-";
      return (isHeartbeat() ? "h" : "" + asked.number()) + mark;
    }
  }

  VirtualDelivery(Duration heartbeat, Receiver receiver) {
    this(heartbeat, receiver, new DispatcherRig.HalfAlways());
  }

  VirtualDelivery(Duration heartbeat, Receiver receiver, RandomGenerator random) {
    this(
        new Splay(random instanceof Random ? random.nextDouble() : 0.5),
        heartbeat,
        receiver,
        random,
        Duration.ZERO);
  }

  /**
   * A Mac of a fleet.
   *
   * @param start of the daemon, by the time of the fleet
   */
  VirtualDelivery(
      Splay splay, Duration heartbeat, Receiver receiver, RandomGenerator random, Duration start) {
    this.receiver = receiver;
    this.random = random;
    this.time = start;
    clock.advance(start);
    this.state = RetryState.starting(splay, heartbeat, clock.moment());
  }

  static SendResult status(int code) {
    return new SendResult(DeliveryOutcome.of(code), null, "answered " + code, null, "");
  }

  static SpoolEntry entry(long number) {
    return new SpoolEntry("s", number, 0);
  }

  VirtualDelivery with(Duration at, long number, EventType type) {
    types.put(entry(number), type);
    coming.computeIfAbsent(at, none -> new ArrayList<>()).add(entry(number));
    return this;
  }

  /** Runs until then. */
  VirtualDelivery until(Duration end) {
    while (time.compareTo(end) < 0) {
      arrive();
      state = state.at(clock.moment());
      NextStep step = state.next(this, clock.moment(), false);
      if (step instanceof Wait wait) {
        pass(wait.time().plusMillis(1), end.minus(time));
      } else {
        attempt(step);
      }
    }
    return this;
  }

  /** Sleeps until then. */
  VirtualDelivery asleepUntil(Duration end) {
    clock.jump(end.minus(time));
    time = end;
    return this;
  }

  private void arrive() {
    while (!coming.isEmpty() && coming.firstKey().compareTo(time) <= 0) {
      waiting.addAll(coming.pollFirstEntry().getValue());
    }
  }

  private void pass(Duration wanted, Duration most) {
    Duration least = shorter(wanted, most);
    if (!coming.isEmpty()) {
      least = shorter(least, coming.firstKey().minus(time));
    }
    held = state.isHeld(clock.moment()) ? held.plus(least) : held;
    time = time.plus(least);
    clock.advance(least);
  }

  private void attempt(NextStep step) {
    @Nullable SpoolEntry entry = step instanceof SendEvent send ? send.entry() : null;
    Asked asked =
        entry == null
            ? new Asked(0, EventType.HEARTBEAT, time)
            : new Asked(entry.sequence(), types.get(entry), time);
    SendResult answer = receiver.answer(asked);
    Update update = state.after(step, answer, clock.moment(), random.nextDouble());
    state = update.state();
    Fate fate = update.fate();
    if (entry != null && (fate == Fate.DELIVERED || fate == Fate.REJECTED)) {
      waiting.remove(entry);
    }
    tries.add(new Try(asked, answer, fate, step, held));
    if (tries.size() > TOO_MANY) {
      throw new AssertionError("it spins: " + brief().substring(0, 400));
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** All attempts in brief. */
  String brief() {
    return tries.stream().map(Try::brief).collect(Collectors.joining(" "));
  }

  List<Long> delivered() {
    return numbers(Fate.DELIVERED);
  }

  List<Long> rejected() {
    return numbers(Fate.REJECTED);
  }

  private List<Long> numbers(Fate fate) {
    return tries.stream()
        .filter(one -> one.fate() == fate && !one.isHeartbeat())
        .map(one -> one.asked().number())
        .toList();
  }

  @Override
  public Optional<SpoolEntry> oldestExcept(Set<SpoolEntry> excluded) {
    return waiting.stream().filter(entry -> !excluded.contains(entry)).findFirst();
  }

  @Override
  public Optional<SpoolEntry> newestExcept(SpoolEntry excluded) {
    return newest(excluded, Set.of(EventType.STATUS_CHANGED)).or(() -> newest(excluded, types()));
  }

  private Optional<SpoolEntry> newest(SpoolEntry but, Set<EventType> which) {
    return waiting.descendingSet().stream()
        .filter(entry -> !entry.equals(but) && which.contains(types.get(entry)))
        .findFirst();
  }

  private static Set<EventType> types() {
    return Set.of(EventType.values());
  }

  @Override
  public boolean hasOnlyStartsFrom(SpoolEntry first) {
    return waiting.tailSet(first).stream()
        .allMatch(entry -> types.get(entry) == EventType.AGENT_STARTED);
  }
}
