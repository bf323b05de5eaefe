package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Verdict;

/** One Mac for a day, what its tools say, and what the fleet has heard. */
final class FlappingDay {
  static final int MOST_AN_HOUR = 12;
  private static final Duration DAY = Duration.ofHours(24);
  private static final Settings SETTINGS = Settings.defaults();
  private static final Duration CONFIRM = SETTINGS.get(Keys.CONFIRM);
  static final Health[] HEALTHS = {
    StatusSamples.HEALTHY,
    StatusSamples.pair(false, true),
    StatusSamples.pair(true, false),
    StatusSamples.licensed(false)
  };
  static final Extension[] EXTENSIONS = {
    StatusSamples.ACTIVE,
    StatusSamples.extension(ExtensionState.AWAITING_APPROVAL, Grant.NONE, false),
    StatusSamples.extension(ExtensionState.APPROVED_INACTIVE, Grant.USER, false)
  };

  private final Random random;
  private final boolean changes;
  private final boolean shortOnly;
  private final String name;
  private final double failing;
  private final double lasting;
  private final Assessor assessor = new Assessor();
  final List<ChangedData> told = new ArrayList<>();
  private final List<Instant> small = new ArrayList<>();
  private final Map<String, Object> known = new HashMap<>();
  private final Map<String, Instant> unseenSince = new HashMap<>();
  private final Set<String> longUnseen = new HashSet<>();

  private State state = State.fresh("uuid");
  private Moment now = new Moment(StatusSamples.NOON, 0);
  Health health = HEALTHS[0];
  Extension extension = EXTENSIONS[0];
  boolean timeout;
  private boolean half;
  boolean blind;
  private boolean unread;
  private int longRuns;

  FlappingDay(long seed, boolean changes, boolean shortOnly) {
    this.random = new Random(seed * 7919);
    this.changes = changes;
    this.shortOnly = shortOnly;
    this.name = "seed " + seed + ": ";
    this.failing = random.nextDouble() / 2;
    this.lasting = random.nextDouble();
  }

  void live() {
    health = HEALTHS[random.nextInt(HEALTHS.length)];
    extension = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
    begin();
    int before = told.size();
    Instant end = now.wall().plus(DAY);
    while (now.wall().isBefore(end)) {
      fail();
      if (changes && random.nextInt(40) == 0) {
        change();
      }
      look();
      pass(Duration.ofSeconds(30 + random.nextInt(90)));
    }
    if (!changes) {
      int events = told.size() - before;
      assertTrue(events <= 2 * longRuns, name + events + " events of " + longRuns);
      assertTrue(!shortOnly || longRuns == 0, name + longRuns);
    }
    endsWell();
  }

  /** Until all is told and has settled. */
  void begin() {
    for (int i = 0; i < 20; i++) {
      look();
      pass(Duration.ofSeconds(60));
    }
  }

  /** In short failures no two looks in a row fail to see the same. */
  private void fail() {
    boolean mayFail = !shortOnly || unseenSince.isEmpty();
    timeout = mayFail && fails(timeout);
    half = mayFail && fails(half);
    blind = mayFail && fails(blind);
    unread = mayFail && fails(unread);
  }

  private boolean fails(boolean before) {
    return random.nextDouble() < (before ? lasting : failing);
  }

  private void change() {
    if (random.nextBoolean()) {
      health = HEALTHS[random.nextInt(HEALTHS.length)];
    } else {
      extension = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
    }
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  void look() {
    Assessment look = assess(seenHealth(), seenExtension());
    Set<String> unseen = unseen(look.status());
    state = state.after(look, LoadHistory.NONE, SETTINGS);
    if (state.isGoodBeginning(look.status())) {
      state = state.withReported(look.status());
      Changes.between(null, look.status()).forEach(c -> known.put(c.field(), c.to()));
    }
    state.news(look).ifPresent(this::hear);
    isAllTold(look, unseen);
  }

  private void hear(ChangedData news) {
    Object before = known.get("verdict");
    for (Change change : news.changes()) {
      assertEquals(known.get(change.field()), change.from(), name + change.field());
      assertFalse(Objects.equals(change.from(), change.to()), name + "told twice");
      known.put(change.field(), change.to());
    }
    Object after = known.get("verdict");
    Transition right =
        after.equals(before) || after == Verdict.UNKNOWN
            ? Transition.CHANGED
            : after == Verdict.AT_RISK ? Transition.NEW : Transition.RESOLVED;
    assertEquals(right, news.transition(), name);
    told.add(news);
    if (Changes.areOfHealthAlone(news.changes())) {
      small.add(now.wall());
      Instant hour = now.wall().minus(Duration.ofMinutes(60));
      long recent = small.stream().filter(hour::isBefore).count();
      assertTrue(recent <= MOST_AN_HOUR, name + recent + " small changes in an hour");
    }
    state = state.withReported(news);
  }

  /** What differs from what was told is not seen, or waits for a reason. */
  private void isAllTold(Assessment look, Set<String> unseen) {
    if (state.steadiness().held()
        || state.ration().holds(Transition.CHANGED, true, look.status().observedAt())) {
      return;
    }
    for (Change change : Changes.between(state.told(), look.status())) {
      boolean isJudgement = change.field().equals("verdict") || change.field().equals("reason");
      assertTrue(
          unseen.contains(change.field()) || (isJudgement && !unseen.isEmpty()),
          () -> name + "not told: " + change);
    }
  }

  /** The key values that are not what they would be if all tools worked. */
  private Set<String> unseen(Status status) {
    Status truth =
        new Assessor()
            .assess(
                StatusSamples.seen(health, extension),
                LoadHistory.NONE,
                State.fresh("uuid"),
                SETTINGS,
                agent(),
                now)
            .status();
    Set<String> fields = new HashSet<>();
    Changes.between(truth, status).forEach(change -> fields.add(change.field()));
    fields.remove("verdict");
    fields.remove("reason");
    Set<String> runs = new HashSet<>(fields);
    if (fields.contains("health.reachability")) {
      runs.add("health.reachability=" + status.health().reachability());
    }
    unseenSince.keySet().retainAll(runs);
    longUnseen.retainAll(runs);
    for (String field : runs) {
      Instant since = unseenSince.computeIfAbsent(field, f -> now.wall());
      boolean isLong = !now.wall().isBefore(since.plus(CONFIRM));
      longRuns += isLong && longUnseen.add(field) ? 1 : 0;
    }
    return fields;
  }

  private Assessment assess(Health seenHealth, Extension seenExtension) {
    Observation observation = StatusSamples.seen(now.wall(), seenHealth, seenExtension);
    return assessor.assess(observation, LoadHistory.NONE, state, SETTINGS, agent(), now);
  }

  private AgentState agent() {
    return AgentState.quiet("1", now.wall(), 0);
  }

  private Health seenHealth() {
    if (timeout) {
      return Health.unreachable(
          random.nextBoolean() ? Reachability.TIMEOUT : Reachability.UNPARSABLE, null);
    }
    return half
        ? StatusSamples.health(
            Reachability.OK,
            null,
            health.licensed(),
            health.realTimeProtectionEnabled(),
            null,
            false,
            null,
            null,
            null,
            List.of())
        : health;
  }

  private Extension seenExtension() {
    if (!blind && !unread) {
      return extension;
    }
    return StatusSamples.extension(
        ExtensionKind.KERNEL,
        ExtensionState.UNKNOWN,
        unread ? Grant.UNREADABLE : extension.grant(),
        blind ? null : extension.loaded(),
        true,
        null);
  }

  /** When all tools work again and an hour has passed, the fleet knows how the Mac is. */
  void endsWell() {
    timeout = false;
    half = false;
    blind = false;
    unread = false;
    for (int i = 0; i < 65; i++) {
      look();
      pass(Duration.ofSeconds(60));
    }
    Status last = assess(health, extension).status();
    assertEquals(List.of(), Changes.between(state.told(), last), name);
    Map<String, Object> all = new HashMap<>();
    Changes.between(null, last).forEach(change -> all.put(change.field(), change.to()));
    known.values().removeIf(Objects::isNull);
    assertEquals(all, known, name);
  }
}
